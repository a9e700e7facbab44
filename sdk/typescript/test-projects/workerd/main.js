import * as main from "@layers/partner";
import * as operator from "@layers/partner/operator";
import * as webhooks from "@layers/partner/webhooks";
import { exercise } from "../exercise.mjs";

// A worker has no environment but what it is called with.
export default {
  async fetch(request) {
    const { baseUrl, apiKey, token } = await request.json();
    const given = {
      ...main,
      Layers: class extends main.Layers {
        constructor() {
          super({ baseUrl, apiKey });
        }
      },
    };
    const operators = {
      LayersOperator: class extends operator.LayersOperator {
        constructor() {
          super({ baseUrl, token });
        }
      },
    };
    try {
      const found = await exercise(given, operators, webhooks);
      return Response.json({ ...found, shown: JSON.stringify(new given.Layers()) });
    } catch (error) {
      return Response.json({ failure: `${error.stack} ${error.cause}` });
    }
  },
};
