import { Layers } from "@layers/partner";

for await (const account of new Layers().leasedAccounts.list({ projectId: "prj_1" })) {
  console.log(account.handle);
}
