interface Runtime {
  process?: {
    env?: Record<string, string | undefined>;
    versions?: Record<string, string | undefined>;
  };
  Deno?: { version?: { deno?: string }; env?: { get(name: string): string | undefined } };
  Bun?: { version?: string };
  navigator?: { userAgent?: string };
}

const runtime = globalThis as unknown as Runtime;

/** Return a variable of the environment; undefined when it is empty, or when there is no environment to read. */
export function environment(name: string): string | undefined {
  try {
    const value = runtime.Deno ? runtime.Deno.env?.get(name) : runtime.process?.env?.[name];
    return value || undefined;
  } catch {
    // Deno without the permission to read it.
    return undefined;
  }
}

/** Return the name and version of what runs this, such as `node/20.20.2`. */
export function runtimeName(): string {
  const { Deno, Bun, process, navigator } = runtime;
  if (Deno) return `deno/${Deno.version?.deno}`;
  if (Bun) return `bun/${Bun.version}`;
  if (navigator?.userAgent === "Cloudflare-Workers") return "workerd";
  if (process?.versions?.node) return `node/${process.versions.node}`;
  return "unknown";
}
