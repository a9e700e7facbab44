import {
  type ApiPromise,
  BillingExhaustedError,
  ConflictError,
  type Followed,
  type JobCompletedEvent,
  Layers,
  type LeasedAccount,
  type Page,
  type RawResponse,
  type RequestOptions,
  webhooks,
} from "@layers/partner";
import { LayersOperator } from "@layers/partner/operator";
import { verify, type WebhookEvent } from "@layers/partner/webhooks";

async function burn(layers: Layers): Promise<number> {
  const { items } = await layers.leasedAccounts.list({
    projectId: "prj_01HX9Y7K8M2P4RSTUV56789AB",
  });

  const monthlyBurn = items.reduce((sum, a) => sum + a.monthlyPriceCents, 0);
  return monthlyBurn;
}

async function everything(layers: Layers): Promise<void> {
  const options: RequestOptions = {
    signal: AbortSignal.timeout(60_000),
    idempotencyKey: undefined,
  };
  const call: ApiPromise<unknown> & Promise<unknown> = layers.whoami(options);
  const raw: RawResponse<Page<LeasedAccount>> = await layers.leasedAccounts
    .list({ projectId: "prj_1", status: "of_the_future" })
    .withRawResponse();
  for await (const { status } of raw.data) {
    const text: string = status;
    if (status === "assigned") console.log(text);
  }
  const next: Page<LeasedAccount> = await raw.data.nextPage();
  const request: Promise<{ a: 1 }> = layers.request<{ a: 1 }>("GET", "/v1/new");
  try {
    await layers.organizations.update({ orgId: "org_1", billingEmail: null }, options);
  } catch (error) {
    if (error instanceof BillingExhaustedError) {
      const short: number | null = error.required;
      console.log(short, error.reason, error.idempotencyKey);
    }
  }
  const event: WebhookEvent = await verify("{}", new Headers(), ["a", "b"], { tolerance: 10 });
  await webhooks.verify(new Uint8Array(), { "x-layers-signature": ["a"] }, "a");
  switch (event.type) {
    case "job.completed": {
      const completed: JobCompletedEvent = event;
      const charged: number = event.data.creditsCharged;
      // @ts-expect-error: it has not failed
      console.log(completed, charged, event.data.error);
      break;
    }
    case "job.failed":
      console.log(event.data.error.message);
      break;
    // @ts-expect-error: there is no such event
    case "job.complete":
      break;
    default:
      console.log(event.type, event.data);
  }
  const [first]: WebhookEvent[] = (await layers.events.list({ type: "job.completed" })).items;
  const follow: AsyncIterable<Followed> = layers.events.follow({ cursor: null, wait: 5 });
  for await (const { events, cursor } of follow) {
    const kept: string = cursor;
    console.log(events[0]?.type, kept, first);
  }
  // @ts-expect-error: a read has no such key
  layers.events.follow({}, { idempotencyKey: "a" });
  // @ts-expect-error: projectId is missing
  layers.leasedAccounts.list({});
  // @ts-expect-error: there is no such argument
  layers.leasedAccounts.list({ projectId: "prj_1", project: "prj_1" });
  // @ts-expect-error: null does not clear a name
  layers.organizations.update({ orgId: "org_1", name: null });
  layers.credits.events.list({ since: new Date(), until: "2026-07-01T00:00:00Z" });
  // @ts-expect-error: a time is no number
  layers.credits.events.list({ since: 0 });
  // @ts-expect-error: an operator acts for no organization
  new LayersOperator().organizations.list({}, { organization: "org_1" });
  // @ts-expect-error: nor with other settings
  new LayersOperator().withOptions({ organization: "org_1" });
  // @ts-expect-error: the client of operators has other methods
  new LayersOperator().leasedAccounts;
  console.log(call, next, request, event);
}

async function main(): Promise<void> {
  const layers = new Layers();
  const refusal = await layers.organizations
    .create({ name: "Refused" })
    .catch((error: unknown) => error);
  const told = { burn: await burn(layers), isConflict: refusal instanceof ConflictError };
  console.log(JSON.stringify({ ...told, methods: typeof everything }));
}

void main();
