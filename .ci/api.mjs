/** Reads what the entries of package.json's exports offer, from the TypeScript sources of each. */

import { readFileSync } from "node:fs";
import { join, relative } from "node:path";

import { SyntaxKind } from "typescript/unstable/ast";
import { SymbolFlags, API } from "typescript/unstable/sync";

import { root } from "./lib.mjs";

/** Each entry with the source that it is made of; `inline` is the same as the first. */
export const entries = [
  { name: "sipml-wasm", file: "web/index.ts" },
  { name: "sipml-wasm/compat", file: "web/compat/sipml.ts" },
  { name: "sipml-wasm/core", file: "js-glue/index.ts" },
];

const ours = (path) => /^(web|js-glue)\//.test(relative(root, path));

/** A documentation comment taken apart: its text, and its tags as [name, text]. */
function parseComment(raw) {
  const lines = raw
    .replace(/^\/\*\*[ \t]?/, "")
    .replace(/\s*\*\/$/, "")
    .split("\n")
    .map((line, index) => (index === 0 ? line : line.replace(/^\s*\*? ?/, "")));
  const parts = lines.join("\n").split(/(?:^|(?<=\s))@(throws|param|returns|example|internal|deprecated)\b/);
  const tags = [];
  for (let at = 1; at < parts.length; at += 2) tags.push([parts[at], (parts[at + 1] ?? "").trim()]);
  return { text: (parts[0] ?? "").trim(), tags };
}

/** What is said of a declaration; a variable's comment stands before its statement. */
function docOf(node) {
  const holder = node.kind === SyntaxKind.VariableDeclaration ? node.parent.parent : node;
  const last = holder.jsDoc?.at(-1);
  return last ? parseComment(last.getText()) : { text: "", tags: [] };
}

const hasTag = (doc, name) => doc.tags.some(([tag]) => tag === name);
const hasModifier = (node, kind) => node.modifiers?.some((one) => one.kind === kind) ?? false;

function isPublic(member) {
  const hidden = [SyntaxKind.PrivateKeyword, SyntaxKind.ProtectedKeyword];
  if (hidden.some((kind) => hasModifier(member, kind))) return false;
  if (member.name?.kind === SyntaxKind.PrivateIdentifier) return false;
  // What it means stands where it comes from.
  if (hasModifier(member, SyntaxKind.OverrideKeyword) && !member.jsDoc?.length) return false;
  return !hasTag(docOf(member), "internal");
}

/** `text`, whose first line began `column` characters into its own, with that indentation removed. */
function dedent(text, column) {
  return text.replaceAll(`\n${" ".repeat(column)}`, "\n");
}

function textOf(node) {
  const source = node.getSourceFile().text;
  const start = node.getStart();
  const line = source.lastIndexOf("\n", start) + 1;
  const indent = /^\s*/.exec(source.slice(line, start))[0].length;
  return dedent(node.getText(), indent);
}

const isOptional = (node) =>
  [node.questionToken, node.postfixToken].some((token) => token?.kind === SyntaxKind.QuestionToken);

/** Every name in a type, depth first, with the node that says it. */
function namesIn(node, found = []) {
  if (!node) return found;
  const named = node.typeName ?? node.exprName ?? node.expression;
  const kinds = [
    SyntaxKind.TypeReference,
    SyntaxKind.TypeQuery,
    SyntaxKind.ExpressionWithTypeArguments,
  ];
  if (kinds.includes(node.kind) && named?.kind === SyntaxKind.Identifier) found.push(named);
  node.forEachChild((child) => {
    namesIn(child, found);
  });
  return found;
}

class Reader {
  constructor(project) {
    this.checker = project.checker;
    this.program = project.program;
    this.problems = [];
    /** The names in signatures: text, the place of the declaration, and where it was said. */
    this.mentions = [];
  }

  declarationOf(symbol) {
    const aliased = symbol.flags & SymbolFlags.Alias;
    const target = aliased ? this.checker.getAliasedSymbol(symbol) : symbol;
    return target.declarations?.map((handle) => handle.resolve()).filter(Boolean) ?? [];
  }

  keyOf(node) {
    return `${relative(root, node.getSourceFile().fileName)}:${node.pos}`;
  }

  where(node) {
    const file = node.getSourceFile();
    const line = file.text.slice(0, node.getStart()).split("\n").length;
    return `${relative(root, file.fileName)}:${line}`;
  }

  /** The project's own types that a type names, as Map from name to key of the declaration. */
  references(...nodes) {
    const found = new Map();
    for (const identifier of nodes.flatMap((node) => namesIn(node))) {
      const symbol = this.checker.getSymbolAtLocation(identifier);
      const [declaration] = symbol ? this.declarationOf(symbol) : [];
      if (!declaration || !ours(declaration.getSourceFile().fileName)) continue;
      if (declaration.kind === SyntaxKind.TypeParameter) continue;
      const key = this.keyOf(declaration);
      found.set(identifier.text, key);
      this.mentions.push({ name: identifier.text, key, where: this.where(identifier) });
    }
    return found;
  }

  typeText(node) {
    if (node.type) return textOf(node.type);
    const type = this.checker.getTypeAtLocation(node);
    return type ? this.checker.typeToString(type, node) : "unknown";
  }

  parameter(node) {
    const plain = node.name.kind === SyntaxKind.Identifier;
    const name = plain ? node.name.text.replace(/^_+/, "") : "options";
    const rest = node.dotDotDotToken ? "..." : "";
    const optional = isOptional(node) || node.initializer ? "?" : "";
    return `${rest}${name}${optional}: ${this.typeText(node)}`;
  }

  /** `(a: A, b?: B): C` on one line where that is not too long. */
  callable(node, separator = ": ") {
    const own = node.typeParameters?.map((parameter) => parameter.getText()) ?? [];
    const generic = own.length > 0 ? `<${own.join(", ")}>` : "";
    const given = (node.parameters ?? []).filter(({ name }) => name.getText() !== "this");
    const parameters = given.map((parameter) => this.parameter(parameter));
    const returned = node.type ? textOf(node.type) : this.returned(node);
    const result = returned === undefined ? "" : `${separator}${returned}`;
    const short = `${generic}(${parameters.join(", ")})${result}`;
    if (short.length <= 80 && !short.includes("\n")) return short;
    const lines = parameters.map((text) => `  ${text.replaceAll("\n", "\n  ")},\n`);
    return lines.length > 0 ? `${generic}(\n${lines.join("")})${result}` : short;
  }

  returned(node) {
    if (node.kind === SyntaxKind.Constructor) return undefined;
    const signature = this.checker.getSignatureFromDeclaration(node);
    const type = signature && this.checker.getReturnTypeOfSignature(signature);
    return type ? this.checker.typeToString(type, node) : "void";
  }

  /** One member of a class, an interface or an object; undefined for what is none. */
  member(node) {
    const name = node.name?.getText() ?? "";
    const fixed = hasModifier(node, SyntaxKind.StaticKeyword) ? "static " : "";
    const base = { name, doc: docOf(node), where: this.where(node) };
    const nodes = [node.type, ...(node.parameters ?? []).map(({ type }) => type)];
    const refers = () => this.references(...nodes.filter(Boolean));
    switch (node.kind) {
      case SyntaxKind.Constructor:
        return {
          ...base,
          name: "constructor",
          kind: "method",
          signature: `constructor${this.callable(node)}`,
          refers: refers(),
        };
      case SyntaxKind.MethodDeclaration:
      case SyntaxKind.MethodSignature: {
        const optional = isOptional(node) ? "?" : "";
        const signature = `${fixed}${name}${optional}${this.callable(node)}`;
        return { ...base, kind: "method", signature, refers: refers() };
      }
      case SyntaxKind.GetAccessor:
      case SyntaxKind.PropertyDeclaration:
      case SyntaxKind.PropertySignature:
      case SyntaxKind.PropertyAssignment: {
        const getter = node.kind === SyntaxKind.GetAccessor;
        const settable = node.parent.members?.some(
          (other) => other.kind === SyntaxKind.SetAccessor && other.name.getText() === name,
        );
        const readonly = getter ? !settable : hasModifier(node, SyntaxKind.ReadonlyKeyword);
        const optional = isOptional(node);
        const type = this.typeText(node);
        const signature = `${fixed}${readonly ? "readonly " : ""}${name}${optional ? "?" : ""}: ${type}`;
        const refersTo =
          node.kind === SyntaxKind.PropertyAssignment ? new Map() : refers();
        return { ...base, kind: "property", signature, type, optional, readonly, refers: refersTo };
      }
      default:
        return undefined;
    }
  }

  /** The public members; overloads stand one after the other under the first one's comment. */
  members(nodes) {
    const result = [];
    for (const node of nodes) {
      if (!isPublic(node)) continue;
      const member = this.member(node);
      if (!member) continue;
      const before = result.find(({ name, kind }) => name === member.name && kind === "method");
      if (!before) {
        result.push({ ...member, open: !node.body });
      } else if (before.open && !node.body) {
        before.signature += `\n${member.signature}`;
        for (const [name, key] of member.refers) before.refers.set(name, key);
      }
    }
    return result;
  }

  /** What a class or an interface has from others; members of a type that has no name outside. */
  bases(node, isExported) {
    const result = { extends: [], members: [] };
    for (const clause of node.heritageClauses ?? []) {
      if (clause.token !== SyntaxKind.ExtendsKeyword) continue;
      for (const type of clause.types) {
        const symbol = this.checker.getSymbolAtLocation(type.expression);
        const [declaration] = symbol ? this.declarationOf(symbol) : [];
        const hidden =
          declaration &&
          ours(declaration.getSourceFile().fileName) &&
          !isExported(this.keyOf(declaration));
        if (!hidden) {
          result.extends.push({ text: type.getText(), refers: this.references(type) });
          continue;
        }
        const above = this.bases(declaration, isExported);
        result.extends.push(...above.extends);
        result.members.push(...above.members, ...this.members(declaration.members));
      }
    }
    return result;
  }

  /** What a class does for an interface is said at the interface. */
  completeDocs(node, members) {
    for (const clause of node.heritageClauses ?? []) {
      if (clause.token !== SyntaxKind.ImplementsKeyword) continue;
      for (const type of clause.types) {
        const symbol = this.checker.getSymbolAtLocation(type.expression);
        const [declaration] = symbol ? this.declarationOf(symbol) : [];
        for (const promised of this.members(declaration?.members ?? [])) {
          const member = members.find(({ name }) => name === promised.name);
          if (member && member.doc.text === "") member.doc = promised.doc;
        }
      }
    }
  }

  /** One exported name. */
  item(name, declarations, isExported) {
    const [node] = declarations;
    const base = { name, key: this.keyOf(node), where: this.where(node), doc: docOf(node) };
    switch (node.kind) {
      case SyntaxKind.ClassDeclaration:
      case SyntaxKind.InterfaceDeclaration: {
        const kind = node.kind === SyntaxKind.ClassDeclaration ? "class" : "interface";
        const own = node.typeParameters?.map((parameter) => parameter.getText()) ?? [];
        const generic = own.length > 0 ? `<${own.join(", ")}>` : "";
        const above = this.bases(node, isExported);
        const members = [...this.members(node.members), ...above.members];
        this.completeDocs(node, members);
        const signature = `${kind} ${name}${generic}`;
        return { ...base, kind, signature, extends: above.extends, members };
      }
      case SyntaxKind.TypeAliasDeclaration:
        return {
          ...base,
          kind: "type",
          signature: textOf(node).replace(/^export (declare )?/, ""),
          refers: this.references(node.type),
        };
      case SyntaxKind.FunctionDeclaration: {
        const shown = declarations.length > 1 ? declarations.filter(({ body }) => !body) : [node];
        const types = shown.flatMap((one) => [one.type, ...one.parameters.map(({ type }) => type)]);
        return {
          ...base,
          kind: "function",
          signature: shown.map((one) => `function ${name}${this.callable(one)}`).join("\n"),
          refers: this.references(...types.filter(Boolean)),
        };
      }
      case SyntaxKind.VariableDeclaration: {
        const object = node.initializer?.kind === SyntaxKind.ObjectLiteralExpression;
        if (object && !node.type) {
          const members = this.members(node.initializer.properties);
          return { ...base, kind: "object", signature: `const ${name}`, extends: [], members };
        }
        return {
          ...base,
          kind: "constant",
          signature: `const ${name}: ${this.typeText(node)}`,
          refers: node.type ? this.references(node.type) : new Map(),
        };
      }
      default:
        throw new Error(`${this.where(node)}: ${name} is of a kind that .ci/api.mjs cannot read`);
    }
  }

  exportsOf(file) {
    const source = this.program.getSourceFile(join(root, file));
    const symbols = this.checker.getExportsOfModule(this.checker.getSymbolAtLocation(source));
    return symbols
      .map((symbol) => ({ name: symbol.name, declarations: this.declarationOf(symbol) }))
      .filter(({ declarations }) => declarations.length > 0)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** A value that tells by itself what it is, such as `kind: "request"`. */
const isLiteral = ({ type }) => /^"[^"|]*"$/.test(type ?? "");

/** Members and items without a comment, and types that are named but cannot be imported. */
function findGaps(read, reader) {
  const gaps = [];
  const say = ({ where }, text) => gaps.push(`${where}: ${text}`);
  const keys = new Set(read.flatMap(({ items }) => items.map(({ key }) => key)));
  for (const { items } of read) {
    for (const item of items) {
      if (item.doc.text === "") say(item, `${item.name} has no documentation comment`);
      for (const member of item.members ?? []) {
        if (member.doc.text === "" && member.doc.tags.length === 0 && !isLiteral(member)) {
          say(member, `${item.name}.${member.name} has no documentation comment`);
        }
      }
    }
  }
  for (const mention of reader.mentions) {
    if (!keys.has(mention.key)) say(mention, `${mention.name} is named, but no entry exports it`);
  }
  return [...new Set(gaps)].sort();
}

/**
 * The API as data: `entries`, each with its `items`, and `gaps`, one line for each public member
 * without a documentation comment and each type that is not exported.
 */
export function readApi() {
  const api = new API({ cwd: root });
  try {
    const snapshot = api.updateSnapshot({ openProject: join(root, "tsconfig.types.json") });
    const reader = new Reader(snapshot.getProjects()[0]);
    const found = entries.map((entry) => ({ ...entry, exports: reader.exportsOf(entry.file) }));
    const all = found.flatMap((entry) => entry.exports.map(({ declarations }) => declarations[0]));
    const keys = new Set(all.map((node) => reader.keyOf(node)));
    const read = found.map(({ name, file, exports }) => ({
      name,
      file,
      items: exports.map((one) => reader.item(one.name, one.declarations, (key) => keys.has(key))),
    }));
    return { entries: read, gaps: findGaps(read, reader) };
  } finally {
    api.close();
  }
}

/** The `@example` blocks that the sources hold, as {where, text}. */
export function examplesInComments(files) {
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return [...text.matchAll(/\/\*\*[^]*?\*\//g)].flatMap((match) => {
      const line = text.slice(0, match.index).split("\n").length;
      const { tags } = parseComment(match[0]);
      const examples = tags.filter(([tag]) => tag === "example");
      return examples.map(([, example]) => ({ where: `${file}:${line}`, text: example }));
    });
  });
}
