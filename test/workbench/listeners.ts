import { readdir, readFile, readlink } from 'node:fs/promises';

/** Whether listeners can be identified by process, which requires `/proc`. */
export const canTellListeners = process.platform === 'linux';

/**
 * Returns the process IDs of the extension hosts that a server started.
 *
 * @param serverPid the leader of its process group
 */
export async function extensionHosts(serverPid: number): Promise<Set<number>> {
  const hosts = new Set<number>();
  for (const process of await processes()) {
    if (process.group === serverPid && process.command.includes('--type=extensionHost'))
      hosts.add(process.id);
  }
  return hosts;
}

/**
 * Returns the listening addresses of a process and its descendants, as `127.0.0.1:PORT` or, for IPv6, in
 * hexadecimal.
 */
export async function listenersOf(pid: number): Promise<string[]> {
  const sockets = await socketsOfFamily(pid);
  return (await connections())
    .filter(({ state, inode }) => state === listening && sockets.has(inode))
    .map(({ local }) => local);
}

/** Checks whether a process or a descendant has a connection to a port of this machine. */
export async function holdsConnectionTo(pid: number, port: number): Promise<boolean> {
  const sockets = await socketsOfFamily(pid);
  return (await connections()).some(
    ({ state, remote, inode }) =>
      state === established && remote === `127.0.0.1:${port}` && sockets.has(inode),
  );
}

async function socketsOfFamily(pid: number): Promise<Set<string>> {
  const all = await processes();
  const family = new Set([pid]);
  // Children follow their parents in the list, except for reused IDs.
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const { id, parent } of all) if (family.has(parent)) family.add(id);
  }
  const sockets = new Set<string>();
  for (const member of family) for (const inode of await socketsOf(member)) sockets.add(inode);
  return sockets;
}

interface Process {
  readonly id: number;
  readonly parent: number;
  readonly group: number;
  readonly command: string;
}

async function processes(): Promise<readonly Process[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(ids.map(readProcess));
  return found.filter((process) => process !== undefined);
}

/** @returns undefined if the process has ended */
async function readProcess(id: string): Promise<Process | undefined> {
  try {
    const stat = await readFile(`/proc/${id}/stat`, 'utf8');
    // The name, in parentheses, may contain any character. State, parent and group follow it.
    const [, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = (await readFile(`/proc/${id}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    return { id: Number(id), parent: Number(parent), group: Number(group), command };
  } catch {
    return undefined;
  }
}

async function socketsOf(pid: number): Promise<string[]> {
  const directory = `/proc/${pid}/fd`;
  const descriptors = await readdir(directory).catch(() => []);
  const targets = await Promise.all(
    descriptors.map((descriptor) => readlink(`${directory}/${descriptor}`).catch(() => '')),
  );
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}

interface Connection {
  readonly state: string;
  readonly local: string;
  readonly remote: string;
  readonly inode: string;
}

/** Socket states as numbered by the kernel. */
const established = '01';
const listening = '0A';

async function connections(): Promise<readonly Connection[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
  return tables.flatMap((table) =>
    table
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .map((columns) => ({
        local: readable(columns[1] ?? ''),
        remote: readable(columns[2] ?? ''),
        state: columns[3] ?? '',
        inode: columns[9] ?? '',
      })),
  );
}

/** The kernel formats an IPv4 address as a number in host byte order. */
function readable(address: string): string {
  const [host = '', port = ''] = address.split(':');
  if (host.length !== 8) return `${host}:${parseInt(port, 16)}`;
  const bytes = host.match(/../g) ?? [];
  return `${bytes
    .toReversed()
    .map((byte) => parseInt(byte, 16))
    .join('.')}:${parseInt(port, 16)}`;
}
