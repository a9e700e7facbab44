import { inspect } from "node:util";
import * as main from "@layers/partner";
import * as operator from "@layers/partner/operator";
import * as webhooks from "@layers/partner/webhooks";
import { exercise } from "../exercise.mjs";

const found = await exercise(main, operator, webhooks);
console.log(JSON.stringify({ ...found, shown: inspect(new main.Layers(), { depth: 9 }) }));
