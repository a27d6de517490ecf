import { chromium, type BrowserContext, type LaunchOptions } from 'playwright-core';
import { createStateDirectory } from './stateDirectory.js';

export interface BrowserOptions {
  /** Absolute directory for a profile that is kept. If absent, the profile is deleted on close. */
  readonly profileDir?: string;
  /** Absolute path of the executable. The default is `CHROMIUM`. */
  readonly executablePath?: string;
  readonly headless?: boolean;
  /** Further flags, such as host resolver rules. */
  readonly flags?: readonly string[];
}

export interface Browser {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/** No sandbox, since containers and root lack the kernel support. No background requests. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const VIEWPORT = { width: 1440, height: 900 };

/**
 * Starts Chromium.
 *
 * @throws Error if no executable is configured or it cannot start
 */
export async function startBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const executablePath = options.executablePath ?? process.env['CHROMIUM'];
  if (executablePath === undefined)
    throw new Error('CHROMIUM is not set: start this through npm run demo or npm test');
  // Other files, such as crash reports, would otherwise be written to the user's own directories.
  const beside = await createStateDirectory();
  const env = { ...process.env, XDG_CONFIG_HOME: beside.path, XDG_CACHE_HOME: beside.path };
  // On a signal, the caller closes it in the right order. By default, the browser would end the process.
  const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  const launch = {
    executablePath,
    headless: options.headless ?? true,
    args: [...FLAGS, ...(options.flags ?? [])],
    env,
    ...signals,
  };
  try {
    const context = await launchContext(options.profileDir, launch);
    return {
      context,
      close: async () => {
        await context.browser()?.close();
        await context.close();
        await beside.remove();
      },
    };
  } catch (error) {
    await beside.remove();
    throw error;
  }
}

async function launchContext(profileDir: string | undefined, launch: LaunchOptions): Promise<BrowserContext> {
  if (profileDir !== undefined)
    return chromium.launchPersistentContext(profileDir, { ...launch, viewport: VIEWPORT });
  const browser = await chromium.launch(launch);
  return browser.newContext({ viewport: VIEWPORT });
}
