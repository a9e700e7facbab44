import { verify } from "@layers/partner/webhooks";

console.log(await verify("{}", new Headers(), "whsec_c2VjcmV0"));
