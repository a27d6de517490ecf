// Stands in for `@vscode/sqlite3` in VS Code's agent host, which keeps its sessions in a database: that package has to
// be compiled, and Node has SQLite built in. It offers what the agent host uses of it.
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

  /** Statements run in the order of the calls anyway. */
  serialize(act) {
    act?.();
  }

  close(done) {
    later(done, () => this.#database.close());
  }
}

/** Runs it in the order of the calls, and reports later, as the package does. */
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

/** Values as SQLite takes them. */
function bound(params = []) {
  return params.map((value) => (typeof value === 'boolean' ? Number(value) : (value ?? null)));
}

export default { Database };
