import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The author of a branch. */
export interface BranchAuthor {
  readonly name: string;
  readonly email: string;
  /** The subject of the token that created it. */
  readonly subject: string;
}

/** Git rejected the branch name. `reason` is for the user. */
export class BranchRefused extends Error {
  override readonly name = 'BranchRefused';
  constructor(
    readonly branch: string,
    readonly reason: 'invalidName' | 'exists',
  ) {
    super(
      reason === 'exists'
        ? `A branch called "${branch}" exists already.`
        : `"${branch}" is not a valid branch name.`,
    );
  }
}

const readme = '# Demo repository\n\nMade by the demo world; nothing here is kept.\n';

/** A real, bare git repository in a temporary directory. */
export class GitRepository {
  private constructor(readonly directory: string) {}

  static async create(): Promise<GitRepository> {
    const repository = new GitRepository(await mkdtemp(join(tmpdir(), 'demo-repository-')));
    await repository.#git(['init', '--quiet', '--bare', '--initial-branch=main']);
    const blob = await repository.#git(['hash-object', '-w', '--stdin'], { input: readme });
    const tree = await repository.#git(['mktree'], { input: `100644 blob ${blob}\tREADME.md\n` });
    const author = { name: 'Demo World', email: 'demo@example.org', subject: 'demo-world' };
    const commit = await repository.#commit(tree, [], 'Begin', author);
    await repository.#git(['update-ref', 'refs/heads/main', commit]);
    return repository;
  }

  async branches(): Promise<string[]> {
    const names = await this.#git(['for-each-ref', '--format=%(refname:short)', 'refs/heads/']);
    return names.split('\n').filter((name) => name !== '');
  }

  /**
   * Creates a branch from `main`, with an empty commit by the author.
   *
   * @throws {BranchRefused} if git rejects the name
   */
  async createBranch(name: string, author: BranchAuthor): Promise<void> {
    if (!(await this.#isBranchName(name))) throw new BranchRefused(name, 'invalidName');
    const message = `Begin branch ${name}\n\nSubject: ${author.subject}`;
    const commit = await this.#commit('main^{tree}', ['-p', 'main'], message, author);
    try {
      // The empty old value makes git fail if the branch exists.
      await this.#git(['update-ref', `refs/heads/${name}`, commit, '0'.repeat(commit.length)]);
    } catch (error) {
      if ((await this.branches()).includes(name)) throw new BranchRefused(name, 'exists');
      throw error;
    }
  }

  /** Returns the author of the branch, or undefined if there is no such branch. */
  async branchAuthor(name: string): Promise<BranchAuthor | undefined> {
    if (!(await this.branches()).includes(name)) return undefined;
    const format = '--format=%an%n%ae%n%(trailers:key=Subject,valueonly)';
    const [author = '', email = '', subject = ''] = (
      await this.#git(['log', '-1', format, `refs/heads/${name}`])
    ).split('\n');
    return { name: author, email, subject };
  }

  /** Returns a file of `main`. */
  async readFile(path: string): Promise<string> {
    return `${await this.#git(['show', `main:${path}`])}\n`;
  }

  async dispose(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  async #isBranchName(name: string): Promise<boolean> {
    try {
      // Prints the name as git resolves it, which differs for names such as "@{-1}".
      return (await this.#git(['check-ref-format', '--branch', name])) === name;
    } catch {
      return false;
    }
  }

  async #commit(tree: string, parents: string[], message: string, author: BranchAuthor): Promise<string> {
    return this.#git(['commit-tree', tree, ...parents, '-m', message], {
      env: {
        GIT_AUTHOR_NAME: author.name,
        GIT_AUTHOR_EMAIL: author.email,
        GIT_COMMITTER_NAME: 'Demo World',
        GIT_COMMITTER_EMAIL: 'demo@example.org',
      },
    });
  }

  /** Runs git without a shell and without the machine's configuration. Returns trimmed output. */
  async #git(args: string[], options: { input?: string; env?: NodeJS.ProcessEnv } = {}): Promise<string> {
    // A hook that runs the tests sets variables such as GIT_DIR, which would select another repository.
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
    const running = run('git', args, {
      cwd: this.directory,
      env: {
        ...Object.fromEntries(inherited),
        GIT_CONFIG_GLOBAL: devNull,
        GIT_CONFIG_NOSYSTEM: '1',
        LC_ALL: 'C',
        ...options.env,
      },
    });
    // Git may end before it reads its input. Only its exit status matters.
    running.child.stdin?.on('error', () => undefined).end(options.input ?? '');
    return (await running).stdout.trim();
  }
}
