// Shows /openapi.json. Everything becomes text nodes, never markup, so nothing in it can run.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") element.className = value;
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Splits text at `code` and gives nodes. */
function inline(text) {
  return text.split(/(`[^`]+`)/).filter(Boolean).map((part) =>
    part.startsWith("`") && part.endsWith("`")
      ? make("code", {}, part.slice(1, -1))
      : document.createTextNode(part));
}

/** Gives a paragraph for each block of text; lines that begin with * or - become a list. */
function prose(text) {
  return (text || "").split(/\n\s*\n/).filter((block) => block.trim()).map((block) => {
    const lines = block.trim().split("\n");
    if (lines.every((line) => /^\s*([*-]\s|\s{2,})/.test(line))) {
      const items = block.trim().split(/\n?\s*[*-]\s+/).filter(Boolean);
      return make("ul", {}, ...items.map((item) => make("li", {}, ...inline(item))));
    }
    return make("p", {}, ...inline(lines.join(" ")));
  });
}

class Reference {
  constructor(specification) {
    this.specification = specification;
  }

  resolve(schema) {
    if (!schema || !schema.$ref) return schema || {};
    const target = schema.$ref.split("/").slice(1)
      .reduce((value, key) => value[key.replaceAll("~1", "/").replaceAll("~0", "~")],
        this.specification);
    return { ...target, ...Object.fromEntries(
      Object.entries(schema).filter(([key]) => key !== "$ref")) };
  }

  /** Takes null out of a choice: {schema, nullable}. */
  withoutNull(schema) {
    const resolved = this.resolve(schema);
    if (!resolved.anyOf) return { schema: resolved, nullable: false };
    const options = resolved.anyOf.filter((option) => option.type !== "null");
    const nullable = options.length < resolved.anyOf.length;
    if (options.length !== 1) return { schema: { ...resolved, anyOf: options }, nullable };
    const { anyOf, ...rest } = resolved;
    return { schema: { ...this.resolve(options[0]), ...rest }, nullable };
  }

  typeName(raw) {
    const { schema, nullable } = this.withoutNull(raw);
    let name;
    if (schema.anyOf) name = schema.anyOf.map((option) => this.typeName(option)).join(" or ");
    else if (schema.enum) name = schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    else if (schema.type === "array") name = `list of ${this.typeName(schema.items || {})}`;
    else if (schema.type === "object" && schema.additionalProperties && !schema.properties) {
      name = `object of ${this.typeName(schema.additionalProperties)}`;
    } else name = [].concat(schema.type || "any").join(" or ");
    if (schema.format) name += ` (${schema.format})`;
    return nullable ? `${name} or null` : name;
  }

  limits(raw) {
    const { schema } = this.withoutNull(raw);
    const of = schema.type === "array" ? "items" : "characters";
    const words = [
      schema.minimum !== undefined && `at least ${schema.minimum.toLocaleString("en")}`,
      schema.maximum !== undefined && `at most ${schema.maximum.toLocaleString("en")}`,
      schema.minLength !== undefined && `at least ${schema.minLength} ${of}`,
      schema.maxLength !== undefined && `at most ${schema.maxLength} ${of}`,
      schema.minItems !== undefined && `at least ${schema.minItems} items`,
      schema.maxItems !== undefined && `at most ${schema.maxItems} items`,
      schema.pattern && `pattern ${schema.pattern}`,
      schema.default !== undefined && schema.default !== null
        && `default ${JSON.stringify(schema.default)}`,
    ].filter(Boolean);
    return words.join(", ");
  }

  /**
   * The fields of an object, or of the objects in a list; null when there are none. In a request
   * it is remarkable that a field is required, in an answer that it may be missing.
   */
  fields(raw, isAnswer, seen = []) {
    const { schema } = this.withoutNull(raw);
    if (schema.type === "array") return this.fields(schema.items || {}, isAnswer, seen);
    if (!schema.properties || seen.includes(schema.title)) return null;
    const required = schema.required || [];
    return make("ul", { class: "fields" }, ...Object.entries(schema.properties).map(
      ([name, field]) => {
        const remark = required.includes(name)
          ? !isAnswer && "required" : isAnswer && "optional";
        return this.field(name, field, remark, isAnswer, [...seen, schema.title]);
      }));
  }

  field(name, schema, remark, isAnswer, seen = []) {
    const resolved = this.withoutNull(schema).schema;
    const example = (resolved.examples || [])[0];
    const limits = this.limits(schema);
    return make("li", {},
      make("p", {},
        make("code", { class: "name" }, name), " ",
        make("span", { class: "type" }, this.typeName(schema), limits && `, ${limits}`), " ",
        remark ? make("span", { class: remark }, remark) : null),
      ...prose(resolved.description),
      example === undefined || resolved.properties ? null
        : make("p", { class: "type" }, "For example ", make("code", {}, JSON.stringify(example))),
      this.fields(schema, isAnswer, seen));
  }

  /** A value that fits a schema, from its examples. */
  sample(raw, depth = 0) {
    const { schema, nullable } = this.withoutNull(raw);
    if (schema.examples && schema.examples.length) return schema.examples[0];
    if (schema.default !== undefined && schema.default !== null) return schema.default;
    if (nullable && depth > 0 && !schema.properties) return null;
    if (schema.enum) return schema.enum[0];
    if (schema.anyOf) return this.sample(schema.anyOf[0], depth);
    if (schema.properties) {
      if (depth > 4) return {};
      return Object.fromEntries(Object.entries(schema.properties)
        .map(([name, field]) => [name, this.sample(field, depth + 1)]));
    }
    if (schema.type === "array") return [this.sample(schema.items || {}, depth + 1)];
    if (schema.type === "object") return {};
    if (schema.type === "integer" || schema.type === "number") return schema.minimum || 0;
    if (schema.type === "boolean") return false;
    return "text";
  }

  curl(method, path, operation) {
    const scheme = Object.keys((operation.security || [])[0] || {})[0];
    const parameters = operation.parameters || [];
    const address = path.replace(/\{(\w+)\}/g, (whole, name) => {
      const parameter = parameters.find((one) => one.in === "path" && one.name === name);
      return String(this.sample(parameter ? parameter.schema : {}));
    });
    const lines = [`curl ${method === "get" ? "" : `-X ${method.toUpperCase()} `}`
      + `'${window.location.origin}${address}'`];
    if (scheme) {
      const variable = scheme === "operatorToken" ? "LAYERS_OPERATOR_TOKEN" : "LAYERS_KEY";
      lines.push(`-H "Authorization: Bearer $${variable}"`);
    }
    if (parameters.some((one) => one.name === "Idempotency-Key")) {
      lines.push('-H "Idempotency-Key: $(uuidgen)"');
    }
    const body = operation.requestBody && operation.requestBody.content["application/json"];
    if (body) {
      const sample = JSON.stringify(this.sample(body.schema), null, 2).replaceAll("'", "'\\''");
      lines.push("-H 'Content-Type: application/json'", `-d '${sample}'`);
    }
    return lines.join(" \\\n  ");
  }

  example(text, label) {
    const button = make("button", { type: "button" }, "Copy");
    button.setAttribute("aria-label", `Copy ${label}`);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Select and copy by hand";
      }
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    const code = make("pre", { tabIndex: 0 }, make("code", {}, text));
    code.setAttribute("aria-label", label);
    return make("div", { class: "example" }, code, button);
  }

  response(status, answer) {
    const [type, media] = Object.entries(answer.content || {})[0] || [];
    const good = status.startsWith("2");
    const examples = Object.values((media && media.examples) || {}).map((one) => one.value);
    if (good && media && type === "application/json" && examples.length === 0) {
      examples.push(this.sample(media.schema));
    }
    return make("details", { open: good },
      make("summary", {}, make("strong", {}, status), " ", ...inline(answer.description)),
      make("div", {},
        ...examples.map((value) => this.example(JSON.stringify(value, null, 2),
          `example of ${status}`)),
        good && media ? this.fields(media.schema, true) : null));
  }

  operation(method, path, operation) {
    const security = Object.entries((operation.security || [])[0] || {})[0];
    const access = security
      ? `${security[0] === "operatorToken" ? "Operator's token" : "API key"}`
        + (security[1].length ? `, ${security[0] === "operatorToken" ? "role" : "scope"} ` : "")
      : "No key needed";
    const parameters = operation.parameters || [];
    const parts = [
      make("h3", {}, ...inline(operation.summary || operation.operationId)),
      make("p", { class: "address" },
        make("span", { class: `method ${method}` }, method.toUpperCase()),
        make("code", {}, path),
        make("a", { href: `#${operation.operationId}`, class: "quiet" }, "link")),
      make("p", { class: "quiet" }, access,
        ...(security ? security[1].map((name) => make("code", {}, name)) : [])),
      ...prose(operation.description),
    ];
    for (const [place, title] of [["path", "Path"], ["query", "Query"], ["header", "Headers"]]) {
      const here = parameters.filter((parameter) => parameter.in === place);
      if (here.length === 0) continue;
      parts.push(make("h4", {}, title), make("ul", { class: "fields" },
        ...here.map((parameter) => this.field(parameter.name,
          { ...parameter.schema,
            description: parameter.description || this.resolve(parameter.schema).description },
          parameter.required && "required", false))));
    }
    const body = operation.requestBody && operation.requestBody.content["application/json"];
    if (body) parts.push(make("h4", {}, "Body"), this.fields(body.schema, false));
    parts.push(make("h4", {}, "Request"),
      this.example(this.curl(method, path, operation), "the request as a curl command"),
      make("h4", {}, "Answers"),
      ...Object.entries(operation.responses).map(
        ([status, answer]) => this.response(status, answer)));
    return make("section", { class: "operation", id: operation.operationId, tabIndex: -1 },
      ...parts);
  }

  render(main, index) {
    const { info, paths } = this.specification;
    document.title = `${info.title} reference`;
    const tags = new Map((this.specification.tags || []).map((tag) => [tag.name, []]));
    for (const [path, methods] of Object.entries(paths)) {
      for (const method of METHODS.filter((one) => one in methods)) {
        const operation = methods[method];
        const tag = (operation.tags || ["Other"])[0];
        if (!tags.has(tag)) tags.set(tag, []);
        tags.get(tag).push({ path, method, operation });
      }
    }
    main.replaceChildren(
      make("h1", {}, info.title),
      make("p", { class: "quiet" }, `Version ${info.version}. `,
        make("a", { href: "/openapi.json" }, "OpenAPI document")),
      ...prose(info.description));
    for (const [tag, operations] of tags) {
      if (operations.length === 0) continue;
      main.append(make("h2", {}, tag),
        ...operations.map((one) => this.operation(one.method, one.path, one.operation)));
      index.append(make("div", { class: "group" }, make("h2", {}, tag),
        make("ul", {}, ...operations.map(({ path, method, operation }) => {
          const entry = make("li", {}, make("a", { href: `#${operation.operationId}` },
            make("span", { class: `method ${method}` }, method.toUpperCase()),
            make("span", {}, ...inline(operation.summary || path))));
          entry.dataset.text = [method, path, operation.summary, operation.operationId, tag,
            JSON.stringify(operation.security || [])].join(" ").toLowerCase();
          return entry;
        }))));
    }
  }
}

function enableFilter(input, index, matches) {
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const group of index.children) {
      let shown = 0;
      for (const entry of group.querySelectorAll("li")) {
        entry.hidden = !words.every((word) => entry.dataset.text.includes(word));
        shown += entry.hidden ? 0 : 1;
      }
      group.hidden = shown === 0;
      count += shown;
    }
    matches.textContent = words.length ? `${count} found` : "";
  });
}

async function start() {
  const main = document.getElementById("content");
  const index = document.getElementById("index");
  try {
    const response = await fetch("/openapi.json");
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    new Reference(await response.json()).render(main, index);
  } catch (error) {
    main.replaceChildren(make("p", { role: "alert" },
      `The reference could not be loaded: ${error.message}. Reload the page to try again.`));
    return;
  }
  enableFilter(document.getElementById("filter"), index, document.getElementById("matches"));
  if (window.location.hash) {
    document.getElementById(decodeURIComponent(window.location.hash.slice(1)))
      ?.scrollIntoView({ behavior: "instant" });
  }
}

start();
