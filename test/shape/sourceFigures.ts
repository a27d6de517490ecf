import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { importCycles, type Sources } from '../architecture/layers.js';
import { importsOf } from '../architecture/sourceImports.js';

/** Files below this number of lines often contain only part of an idea. */
const SMALL_FILE_LINES = 40;

export interface SourceFigures {
  readonly files: number;
  readonly medianLines: number;
  readonly smallFiles: number;
  /** Folders with the most files, in descending order. */
  readonly fullestFolders: readonly (readonly [string, number])[];
  readonly cycles: readonly string[];
  /** Pairs of folders that import each other. */
  readonly mutualFolders: readonly string[];
  readonly conditionalSpreads: number;
  readonly picksAndOmits: number;
  readonly prettierIgnores: number;
}

export function sourcesBelow(root: string, folder: string): Sources {
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join(folder, file.replaceAll('\\', '/')))
    .filter((file) => file.endsWith('.ts'));
  return new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
}

export function sourceFigures(sources: Sources): SourceFigures {
  const lines = [...sources.values()]
    .map((text) => text.trimEnd().split('\n').length)
    .toSorted((a, b) => a - b);
  const counts = [...sources].map(([file, text]) => syntaxCounts(file, text));
  return {
    files: sources.size,
    medianLines: lines[Math.floor(lines.length / 2)] ?? 0,
    smallFiles: lines.filter((count) => count <= SMALL_FILE_LINES).length,
    fullestFolders: fullestFolders(sources),
    cycles: importCycles(sources),
    mutualFolders: mutualFolders(sources),
    conditionalSpreads: sum(counts.map(({ spreads }) => spreads)),
    picksAndOmits: sum(counts.map(({ picks }) => picks)),
    prettierIgnores: sum([...sources.values()].map((text) => text.split('prettier-ignore').length - 1)),
  };
}

function syntaxCounts(file: string, text: string): { readonly spreads: number; readonly picks: number } {
  let spreads = 0;
  let picks = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isSpreadAssignment(node) && isConditional(node.expression)) spreads += 1;
    if (ts.isTypeReferenceNode(node) && ['Pick', 'Omit'].includes(node.typeName.getText())) picks += 1;
    if (ts.isExpressionWithTypeArguments(node) && ['Pick', 'Omit'].includes(node.expression.getText()))
      picks += 1;
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return { spreads, picks };
}

/** `...(condition && { … })` and `...(condition ? { … } : {})`. */
function isConditional(expression: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(expression)) return isConditional(expression.expression);
  if (ts.isConditionalExpression(expression)) return true;
  return (
    ts.isBinaryExpression(expression) &&
    expression.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken
  );
}

function fullestFolders(sources: Sources): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const file of sources.keys()) {
    const folder = path.posix.dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a);
}

function mutualFolders(sources: Sources): readonly string[] {
  const imported = new Set(
    [...sources].flatMap(([file, text]) => {
      const folder = path.posix.dirname(file);
      return importsOf(file, text)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => `${folder} ${path.posix.dirname(path.posix.join(folder, specifier))}`);
    }),
  );
  return [...imported]
    .map((pair) => pair.split(' ') as [string, string])
    .filter(([from, to]) => from < to && imported.has(`${to} ${from}`))
    .map(([from, to]) => `${from} ↔ ${to}`);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
