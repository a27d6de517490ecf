import assert from 'node:assert/strict';
import { userConfigurationFiles, type UserDirectories } from '../../src/mcpClients/configurationFiles.js';

describe('the files that other MCP clients read', () => {
  const paths = (directories: UserDirectories) =>
    Object.fromEntries(userConfigurationFiles(directories).map(({ client, path }) => [client, path]));

  it('are below the home directory, on Windows with the same separators', () => {
    const home = 'C:\\Users\\Ann';
    const files = paths({ platform: 'win32', home, appData: `${home}\\AppData\\Roaming`, environment: {} });
    assert.equal(files['claudeCode'], 'C:/Users/Ann/.claude.json');
    assert.equal(files['claudeDesktop'], 'C:/Users/Ann/AppData/Roaming/Claude/claude_desktop_config.json');
    assert.equal(files['windsurf'], 'C:/Users/Ann/.codeium/windsurf/mcp_config.json');
  });

  it('are at the path in the client’s environment variable', () => {
    const environment = {
      CODEX_HOME: '/c',
      COPILOT_HOME: '/p',
      CLAUDE_CONFIG_DIR: '/l',
      XDG_CONFIG_HOME: '/x',
    };
    const files = paths({ platform: 'linux', home: '/home/a', environment });
    assert.equal(files['codex'], '/c/config.toml');
    assert.equal(files['copilotCli'], '/p/mcp-config.json');
    assert.equal(files['claudeCode'], '/l/.claude.json');
    assert.equal(files['claudeDesktop'], '/x/Claude/claude_desktop_config.json');
  });

  it('are in the usual places if a variable is set to nothing', () => {
    const names = ['CODEX_HOME', 'COPILOT_HOME', 'CLAUDE_CONFIG_DIR', 'GEMINI_CLI_HOME', 'XDG_CONFIG_HOME'];
    const environment = Object.fromEntries(names.map((name) => [name, '']));
    const where = { platform: 'linux', home: '/home/a' } as const;
    assert.deepEqual(paths({ ...where, environment }), paths({ ...where, environment: {} }));
  });

  it('are below the library on macOS', () => {
    const files = paths({ platform: 'darwin', home: '/Users/a', environment: {} });
    assert.equal(
      files['claudeDesktop'],
      '/Users/a/Library/Application Support/Claude/claude_desktop_config.json',
    );
  });
});
