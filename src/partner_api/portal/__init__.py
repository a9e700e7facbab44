"""The portal: pages on which a partner's people, or its customers, see the money of one organization."""
