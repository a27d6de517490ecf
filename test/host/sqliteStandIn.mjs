// Replaces `@vscode/sqlite3` in VS Code's agent host, which stores its sessions in a database: that package
// must be compiled, and Node has SQLite built in. It has the functions that the agent host uses.
import { DatabaseSync } from 'node:sqlite';

class Database {
  #database;

  constructor(file, done) {
    later(done, () => void (this.#database = new DatabaseSync(file)));
  }

  exec(sql, done) {
    later(done, () => this.#database.exec(sql));
    return this;
  }

  run(sql, params, done) {
    const ran = {};
    later(done?.bind(ran), () => {
      const { changes, lastInsertRowid } = this.#database.prepare(sql).run(...bound(params));
      Object.assign(ran, { changes: Number(changes), lastID: Number(lastInsertRowid) });
    });
    return this;
  }

  get(sql, params, done) {
    later(done, () => this.#database.prepare(sql).get(...bound(params)));
    return this;
  }

  all(sql, params, done) {
    later(done, () => this.#database.prepare(sql).all(...bound(params)));
    return this;
  }

  /** Statements always run in the order of the calls. */
  serialize(act) {
    act?.();
  }

  close(done) {
    later(done, () => this.#database.close());
  }
}

/** Runs the act in the order of the calls, and reports later, as the package does. */
function later(done, act) {
  let result;
  let failure = null;
  try {
    result = act();
  } catch (error) {
    failure = error;
  }
  process.nextTick(() => done?.(failure, result));
}

/** Returns values that SQLite accepts. */
function bound(params = []) {
  return params.map((value) => (typeof value === 'boolean' ? Number(value) : (value ?? null)));
}

export default { Database };
