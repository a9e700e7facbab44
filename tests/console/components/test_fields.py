"""What the controls of forms and filters show."""

from __future__ import annotations

from partner_api.console.components.fields import field_node
from partner_api.console.components.form import Field
from partner_api.console.components.markup import rendered


def test_names_of_others_in_a_list_to_choose_from_turn_nothing_around() -> None:
    field = Field("projectId", "Project", "select", value="1", options=[("1", "<b>a\u202eb\x85")])
    shown = rendered(field_node("form", field, None))
    assert '<option value="1" selected>&lt;b&gt;a\\u202eb\\x85</option>' in shown
