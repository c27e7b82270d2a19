/** Types of a server’s resources, from its OpenAPI document. */

type Json = Record<string, any>;

const HEAD = '// Written by holobase-types from the OpenAPI document of a server: write it anew after a change.\n';
const COMPONENTS = '#/components/schemas/';
const PLAIN: Json = { integer: 'number', number: 'number', boolean: 'boolean', null: 'null', string: 'string' };
/** Parameters of lists that are no filters. */
const SHAPING = new Set(['limit', 'cursor', 'filter', 'sort', 'expand', 'fields', 'search', 'count', 'page', 'If-None-Match']);

interface Listed {
  name: string;
  record: string;
}

/** Return the whole module. */
export function typesOf(document: Json): string {
  const schemas = document.components.schemas as Json;
  const listed = resourcesOf(document);
  const names = new Map(listed.map(({ record, name }) => [record, name]));
  const described = listed.map((one) => resourceType(document, one, names));
  const used = new Set<string>();
  described.forEach((text) => collect(text, schemas, used));
  const plain = [...used].sort().map((name) => interfaceOf(name, schemas));
  const mapped = `/** All resources, by their names. */\nexport interface Resources {\n${described.join('')}}\n`;
  return [HEAD, ...plain, mapped].join('\n');
}

/** Return the resources that a document has: what can be listed, or viewed, by a verb of the engine. */
function resourcesOf(document: Json): Listed[] {
  const found: Listed[] = [];
  for (const [path, operations] of Object.entries(document.paths as Json)) {
    const name = path.replace('/api/v1/', '');
    const answer = operations.get?.responses?.['200']?.content?.['application/json']?.schema?.$ref ?? '';
    const page = answer.replace(COMPONENTS, '');
    if (operations.get?.operationId.endsWith('.list') && page.endsWith('Page') && !name.includes('{'))
      found.push({ name, record: page.slice(0, -'Page'.length) });
  }
  return found;
}

function resourceType(document: Json, { name, record }: Listed, names: Map<string, string>): string {
  const schemas = document.components.schemas as Json;
  const operations = document.paths[`/api/v1/${name}`];
  const one = document.paths[`/api/v1/${name}/{record_id}`] ?? {};
  const parameters: Json[] = operations.get.parameters ?? [];
  const filters = parameters.filter((each) => !SHAPING.has(each.name) && !isOption(each));
  const lines = [
    `record: ${record}`,
    `create: ${bodyType(operations.post, schemas) ?? 'never'}`,
    `update: ${bodyType(one.patch, schemas) ?? 'never'}`,
    `expand: ${expandType(schemas[record], schemas, names)}`,
    `sort: ${reference(schemas, `${record}Sort`)}`,
    `filters: ${membersOf(filters.map((each) => [each.name, filterType(each.schema)]))}`,
    `options: ${membersOf(parameters.filter(isOption).map((each) => [each.name, written(each.schema)]))}`,
    `viewer: ${schemas[record].properties.viewer ? written({ ...schemas[record].properties.viewer, type: 'object', required: Object.keys(schemas[record].properties.viewer.properties) }) : '{}'}`,
    `actions: ${actionsType(document, name)}`,
  ];
  return `  ${quote(name)}: {\n${lines.map((line) => `    ${line};\n`).join('')}  };\n`;
}

/** A resource’s own parameter has a default among its values; filters have none. */
function isOption(parameter: Json): boolean {
  return !SHAPING.has(parameter.name) && parameter.schema.enum !== undefined && parameter.schema.default !== undefined;
}

function filterType(schema: Json): string {
  if (schema.type === 'array') return `readonly (${filterType(schema.items)})[]`;
  const type = written(schema);
  return type === 'string' ? 'string | Date' : type;
}

function expandType(record: Json, schemas: Json, names: Map<string, string>): string {
  const target = record.properties.expand?.$ref?.replace(COMPONENTS, '');
  const members = Object.entries((schemas[target]?.properties ?? {}) as Json).map(([name, schema]) => {
    const refers = (schema.$ref ?? schema.anyOf?.[0]?.$ref ?? '').replace(COMPONENTS, '');
    const many = schema.$ref !== undefined;
    const resource = names.get(many ? refers.replace(/Slice$/, '') : refers);
    return [name, `{ resource: ${resource ? quote(resource) : 'never'}; many: ${many} }`] as [string, string];
  });
  return membersOf(members);
}

function actionsType(document: Json, name: string): string {
  const prefix = `/api/v1/${name}/{record_id}/`;
  const of = (method: string) => {
    const found: [string, string][] = [];
    for (const [path, operations] of Object.entries(document.paths as Json)) {
      const action = path.startsWith(prefix) ? path.slice(prefix.length) : '/';
      if (action.includes('/') || !operations[method]) continue;
      found.push([action, bodyType(operations[method], document.components.schemas) ?? 'undefined']);
    }
    return membersOf(found);
  };
  return `{ POST: ${of('post')}; PUT: ${of('put')}; DELETE: ${of('delete')} }`;
}

/** Return the type of what an operation takes: where a form has bytes, files stand in the body. */
function bodyType(operation: Json | undefined, schemas: Json): string | undefined {
  const content = operation?.requestBody?.content;
  const name = content?.['application/json']?.schema?.$ref?.replace(COMPONENTS, '');
  if (!name) return undefined;
  return operation?.requestBody.required === false && !schemas[name].required?.length ? `${name} | undefined` : name;
}

function reference(schemas: Json, name: string): string {
  return schemas[name] ? name : 'never';
}

/** Note all schemas that a text names, and those that they name. */
function collect(text: string, schemas: Json, used: Set<string>): void {
  for (const [name] of text.replace(/'[^']*'|\/\*.*?\*\//g, '').matchAll(/\b[A-Z]\w+\b/g)) {
    if (!(name in schemas) || used.has(name)) continue;
    used.add(name);
    collect(interfaceOf(name, schemas), schemas, used);
  }
}

function interfaceOf(name: string, schemas: Json): string {
  const schema = schemas[name];
  const form = schemas[`${name}Form`]?.properties ?? {};
  const about = schema.description ? `/** ${oneLine(schema.description)} */\n` : '';
  if (schema.type !== 'object' || !schema.properties) return `${about}export type ${name} = ${written(schema)};\n`;
  const members = Object.entries(schema.properties as Json)
    .filter(([member]) => member !== 'expand' && (member !== 'viewer' || !schemas[`${name}Page`]))
    .map(([member, of]) => {
      const mark = schema.required?.includes(member) ? '' : '?';
      const comment = of.description ? `  /** ${oneLine(of.description)} */\n` : '';
      return `${comment}  ${key(member)}${mark}: ${withFiles(written(of), form[member])};\n`;
    });
  return `${about}export interface ${name} {\n${members.join('')}}\n`;
}

function withFiles(type: string, part: Json | undefined): string {
  if (part?.format === 'binary') return `${type} | Blob`;
  return part?.items?.format === 'binary' ? 'readonly (string | Blob)[]' : type;
}

function written(schema: Json): string {
  if (schema.$ref) return schema.$ref.replace(COMPONENTS, '');
  if (schema.const !== undefined) return quote(schema.const);
  if (schema.enum) return union(schema.enum.map(quote));
  const several = schema.anyOf ?? schema.oneOf;
  if (several) return union(several.map(written));
  if (schema.allOf) return schema.allOf.map(written).join(' & ');
  const kinds: string[] = Array.isArray(schema.type) ? schema.type : [schema.type ?? 'any'];
  return union(kinds.map((kind) => ofKind(kind, schema)));
}

function ofKind(kind: string, schema: Json): string {
  if (kind === 'array') return `(${written(schema.items ?? {})})[]`;
  if (kind !== 'object') return PLAIN[kind] ?? 'unknown';
  if (!schema.properties) return 'Record<string, unknown>';
  return membersOf(
    Object.entries(schema.properties as Json).map(([name, of]) => [name, written(of), !schema.required?.includes(name)]),
  );
}

function membersOf(members: [string, string, boolean?][]): string {
  if (members.length === 0) return '{}';
  return `{ ${members.map(([name, type, isOptional]) => `${key(name)}${isOptional ? '?' : ''}: ${type}`).join('; ')} }`;
}

function union(types: string[]): string {
  return [...new Set(types)].join(' | ');
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

function quote(value: unknown): string {
  return typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&')}'` : JSON.stringify(value);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\*\//g, '* /').trim();
}
