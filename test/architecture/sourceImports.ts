import ts from 'typescript';

/** An import of another module in any syntax. */
export interface SourceImport {
  readonly specifier: string;
  /** Line number, starting at 1. */
  readonly line: number;
  /** Whether the import is removed by compilation. Layer rules also apply to types. */
  readonly typeOnly: boolean;
}

/**
 * Returns every module that a source imports: `import`, `export … from`, `import()`, `require()`, `import x
 * = require()` and `import('…')` in a type. A module that is computed at run time is returned as
 * `<computed>`.
 */
export function importsOf(fileName: string, text: string): readonly SourceImport[] {
  const source = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  const found: SourceImport[] = [];
  const add = (node: ts.Node, named: ts.Node | undefined, typeOnly: boolean) => {
    const specifier = named !== undefined && ts.isStringLiteralLike(named) ? named.text : '<computed>';
    found.push({
      specifier,
      typeOnly,
      line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1,
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node, node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node, node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      add(node, node.moduleReference.expression, node.isTypeOnly);
    } else if (ts.isImportTypeNode(node)) {
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    } else if (ts.isCallExpression(node) && loadsModule(node.expression)) {
      add(node, node.arguments[0], false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function loadsModule(called: ts.Expression): boolean {
  if (called.kind === ts.SyntaxKind.ImportKeyword) return true;
  if (ts.isIdentifier(called)) return called.text === 'require';
  return (
    ts.isPropertyAccessExpression(called) &&
    ts.isIdentifier(called.expression) &&
    called.expression.text === 'require'
  );
}
