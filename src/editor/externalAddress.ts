import * as vscode from 'vscode';

type AsExternalUri = (uri: vscode.Uri) => Thenable<vscode.Uri>;

/**
 * The address of a page that this machine serves, as the user's own browser reaches it: in a remote or web window,
 * loopback is another machine's.
 *
 * An editor may map the port and drop what comes after it: code-server before 4.138 does, in `resolveExternalUri` of its
 * `src/vs/code/browser/workbench/workbench.ts`. The path and the query are then put back.
 *
 * @param address absolute, on loopback
 * @returns the address itself if the editor cannot map it
 */
export async function externalAddress(
  address: string,
  asExternalUri: AsExternalUri = vscode.env.asExternalUri,
): Promise<vscode.Uri> {
  const own = vscode.Uri.parse(address, true);
  const mapped = await asExternalUri(own).then(undefined, () => own);
  return isComplete(mapped, own) ? mapped : completed(mapped, own);
}

/**
 * What to give `env.openExternal`, which maps the address once more: the address itself, unless the editor would lose
 * its path. The mapped address is then on the host of the editor's own page, which no such editor maps again.
 *
 * @param address absolute, on loopback
 */
export async function addressToOpen(
  address: string,
  asExternalUri: AsExternalUri = vscode.env.asExternalUri,
): Promise<vscode.Uri> {
  const own = vscode.Uri.parse(address, true);
  if (vscode.env.uiKind !== vscode.UIKind.Web) return own;
  const mapped = await asExternalUri(own).then(undefined, () => own);
  return isComplete(mapped, own) ? own : completed(mapped, own);
}

function isComplete(mapped: vscode.Uri, own: vscode.Uri): boolean {
  return mapped.path.endsWith(own.path) && mapped.query.endsWith(own.query);
}

function completed(mapped: vscode.Uri, { path, query, fragment }: vscode.Uri): vscode.Uri {
  return mapped.with({ path: `${mapped.path.replace(/\/$/, '')}${path}`, query, fragment });
}
