import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { PROJECT_ROOT } from '../src/config/project-root.js';
import { parsed, type SourceFile, sourceFiles } from './support/source-files.js';

/** What holds things that may change, by the class that makes it. */
const CHANGEABLE = ['Map', 'Set', 'WeakMap', 'WeakSet', 'DataLoader'];

/** Columns are no state of a process, and a command is over before another one's matters. */
const ELSEWHERE = [/\.entity\.ts$/, /^cli\//, /^database\/migrations\//, /^audit\/verification\//];

/** `http/form-owners.ts kept`: every field and variable of `src/` that can be another one later. */
const remembered = sourceFiles()
  .filter(({ path }) => path.endsWith('.ts') && !ELSEWHERE.some(place => place.test(path)))
  .flatMap(stateOf)
  .sort();

describe('what one process remembers, and others do not', () => {
  const text = readFileSync(join(PROJECT_ROOT, 'docs/scaling.md'), 'utf8');
  const [, section = ''] = /^## What one process remembers\n([^]*?)^## /m.exec(text) ?? [];
  const listed = [...section.matchAll(/^\| (`.+`) +\| +\S.+\| +\S.+\|$/gm)].flatMap(([, first = '']) => {
    const [path = '', ...names] = [...first.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
    return names.map(name => `${path} ${name}`);
  });

  it('is listed in docs/scaling.md, with what it means where there are several', () => {
    expect(remembered.length).toBeGreaterThan(80);
    expect(listed.sort()).toEqual(remembered);
  });

  it('is nothing of the folder that counts attempts, but for lines and turns', () => {
    const counting = remembered.filter(name => name.startsWith('throttle/'));
    expect(counting).toEqual([
      'throttle/redis-attempt-store.ts last',
      ...['left', 'line', 'timer', 'toldAt'].map(name => `throttle/refusal-pace.ts ${name}`),
    ]);
  });
});

function stateOf(file: SourceFile): readonly string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyDeclaration(node) && changes(node, node.initializer, node.type))
      names.push(node.name.getText());
    if (ts.isParameterPropertyDeclaration(node, node.parent) && changes(node, undefined, node.type))
      names.push(node.name.getText());
    ts.forEachChild(node, visit);
  };
  const top = parsed(file);
  visit(top);
  for (const statement of top.statements.filter(ts.isVariableStatement))
    for (const { name, initializer } of statement.declarationList.declarations) {
      const isConstant = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
      if (!isConstant || (isMade(initializer) && initializer.arguments?.length === 0))
        names.push(name.getText());
    }
  return names.map(name => `${file.path} ${name}`);
}

/** Whether a field may be another one later, or hold something else. */
function changes(
  node: ts.HasModifiers,
  initializer: ts.Expression | undefined,
  type: ts.TypeNode | undefined,
) {
  const modifiers = (ts.getModifiers(node) ?? []).map(({ kind }) => kind);
  if (modifiers.includes(ts.SyntaxKind.DeclareKeyword)) return false;
  if (!modifiers.includes(ts.SyntaxKind.ReadonlyKeyword)) return true;
  const isOwnList = initializer !== undefined && ts.isArrayLiteralExpression(initializer);
  return isOwnList || isMade(initializer) || /^(Map|Set)</.test(type?.getText() ?? '');
}

function isMade(expression: ts.Expression | undefined): expression is ts.NewExpression {
  return (
    expression !== undefined &&
    ts.isNewExpression(expression) &&
    CHANGEABLE.includes(expression.expression.getText())
  );
}
