/**
 * Returns a POSIX shell script that runs the bridge with the editor's own executable. It is written each time
 * a window opens, because in some installations updates move the executable. Until then, Node.js is used if
 * it is installed: without a window, the bridge can only report that none is open.
 *
 * @param executable the path of the editor, which runs scripts if `ELECTRON_RUN_AS_NODE` is set
 * @param script the path of the bridge
 */
export function launcherScript(executable: string, script: string): string {
  return `#!/bin/sh
# Written by MCP OAuth Broker, an extension of VS Code. Runs the command that MCP clients reach it through.
export ELECTRON_RUN_AS_NODE=1
for program in ${quoted(executable)} node; do
  if command -v "$program" >/dev/null 2>&1; then exec "$program" ${quoted(script)} "$@"; fi
done
echo 'The editor with MCP OAuth Broker was not found. Open the editor and try again.' >&2
exit 1
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
