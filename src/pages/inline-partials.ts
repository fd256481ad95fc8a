import Handlebars from 'handlebars';

/** Templates by their names, parsed. */
export type ParsedTemplates = Pick<ReadonlyMap<string, hbs.AST.Program>, 'get'>;

/** What the words of a partial mean, in those of the template it is written into. */
interface Scope {
  /** The path that was given as the partial's context; null: it has its caller's. */
  readonly context: hbs.AST.PathExpression | null;
  /** The partial's parameters. */
  readonly names: ReadonlyMap<string, hbs.AST.Expression>;
  /** What stands between `{{#> layout}}` and `{{/layout}}`, written out already; null: nothing. */
  readonly block: readonly hbs.AST.Statement[] | null;
}

/** Where names mean what they say: in the template itself, and within `{{#each}}` and `{{#with}}` of partials. */
const OUTSIDE: Scope = { context: null, names: new Map(), block: null };
const ITEM: Scope = { ...OUTSIDE };

/** A partial that can only be called: it reaches out of a list, or there is none of that name. */
class MustBeCalled extends Error {}

/**
 * Writes partials into the templates that call them, with their parameters filled in: once at start, because
 * calling them takes more than half the time of rendering a page. What cannot be written out is called as ever.
 */
export class PartialInliner {
  constructor(private readonly templates: ParsedTemplates) {}

  /** The same template with as few calls of partials as possible. */
  inline(template: hbs.AST.Program): hbs.AST.Program {
    return this.program(template, OUTSIDE);
  }

  private program(node: hbs.AST.Program, scope: Scope): hbs.AST.Program {
    return { ...node, ...UNCHAINED, body: this.statements(node.body, scope) };
  }

  private statements(nodes: readonly hbs.AST.Statement[], scope: Scope): hbs.AST.Statement[] {
    return nodes.flatMap(node => {
      if (isMustache(node)) return [mustache(node, scope)];
      if (isBlock(node)) return this.block(node, scope);
      if (isPartial(node)) return this.partial(node, scope);
      return [node];
    });
  }

  /** Whether `{{#if}}` and `{{#unless}}` apply is settled here where it is known. */
  private block(node: hbs.AST.BlockStatement, scope: Scope): readonly hbs.AST.Statement[] {
    const { original } = node.path;
    const decides = original === 'if' || original === 'unless';
    const params = node.params.map(param => meaning(param, scope));
    const [condition] = params;
    const inverse: hbs.AST.Program | undefined = node.inverse;
    if (decides && condition !== undefined && !isPath(condition)) {
      const chosen = Boolean(valueOf(condition)) === (original === 'if') ? node.program : inverse;
      return chosen === undefined ? [] : this.statements(chosen.body, scope);
    }
    const inside = decides || scope === OUTSIDE ? scope : ITEM;
    const block = { ...node, ...STRIPPED, params, program: this.program(node.program, inside) };
    return [inverse === undefined ? block : { ...block, inverse: this.program(inverse, scope) }];
  }

  private partial(node: PartialCall, scope: Scope): readonly hbs.AST.Statement[] {
    try {
      const name = isPath(node.name) ? node.name.original : '';
      if (name === '@partial-block' && scope.block !== null) return scope.block;
      const template = this.templates.get(name);
      if (template === undefined) throw new MustBeCalled(name);
      const inside = scopeOf(node, scope);
      const block = node.type === 'PartialBlockStatement' ? this.statements(node.program.body, inside) : null;
      return this.statements(template.body, { ...inside, block });
    } catch (error) {
      if (error instanceof MustBeCalled && (scope === OUTSIDE || scope === ITEM)) return [node];
      throw error;
    }
  }
}

/** `~` was seen to when the template was parsed; it must not reach over into what stands around it now. */
const NOT = { open: false, close: false };
/** What `{{else if}}` stands for may be settled, and then no block is left there. */
const UNCHAINED = { chained: false };
const STRIPPED = { strip: NOT, openStrip: NOT, inverseStrip: NOT, closeStrip: NOT };

type PartialCall = hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement;

function mustache(
  node: hbs.AST.MustacheStatement,
  scope: Scope,
): hbs.AST.MustacheStatement | hbs.AST.ContentStatement {
  const params = node.params.map(param => meaning(param, scope));
  if (params.length > 0) return { ...node, ...STRIPPED, params };
  const path = meaning(node.path, scope);
  if (isPath(path)) return { ...node, ...STRIPPED, path };
  const value = Handlebars.escapeExpression(String(valueOf(path)));
  return { type: 'ContentStatement', loc: node.loc, value, original: NOT };
}

/** The scope of a partial: its own context and parameters before its caller's. */
function scopeOf({ params, hash }: PartialCall, scope: Scope): Scope {
  const pairs: readonly hbs.AST.HashPair[] = hash?.pairs ?? [];
  const own = pairs.map(({ key, value }) => [key, meaning(value, scope)] as const);
  const [given] = params;
  if (given === undefined) return { ...scope, names: new Map([...scope.names, ...own]) };
  const context = meaning(given, scope);
  if (!isPath(context)) throw new MustBeCalled();
  return { context, names: new Map(own), block: null };
}

/** What an expression in a partial means outside it. */
function meaning(expression: hbs.AST.Expression, scope: Scope): hbs.AST.Expression {
  const { context, names } = scope;
  if (!isPath(expression)) {
    if ('value' in expression) return expression;
    throw new MustBeCalled();
  }
  if (scope === OUTSIDE || expression.data) return expression;
  if (expression.depth > 0) throw new MustBeCalled(expression.original);
  const [first = '', ...rest] = expression.parts;
  const named = names.get(first);
  if (named === undefined) return context === null ? expression : below(context, expression.parts);
  if (isPath(named)) return below(named, rest);
  if (rest.length > 0) throw new MustBeCalled(expression.original);
  return named;
}

const below = (path: hbs.AST.PathExpression, parts: readonly string[]): hbs.AST.PathExpression => ({
  ...path,
  parts: [...path.parts, ...parts],
  original: [path.original, ...parts].join('.'),
});

const valueOf = (literal: hbs.AST.Expression): unknown => ('value' in literal ? literal.value : undefined);

const isMustache = (node: hbs.AST.Node): node is hbs.AST.MustacheStatement =>
  node.type === 'MustacheStatement';
const isBlock = (node: hbs.AST.Node): node is hbs.AST.BlockStatement => node.type === 'BlockStatement';
const isPartial = (node: hbs.AST.Node): node is PartialCall =>
  node.type === 'PartialStatement' || node.type === 'PartialBlockStatement';
const isPath = (node: hbs.AST.Node): node is hbs.AST.PathExpression => node.type === 'PathExpression';
