// A browser of the Chromium family: the configured one, an installed one, or Debian's.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { quietly, say, StepFailed } from './installStep.mjs';

const COMMON_PLACES = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/opt/google/chrome/chrome',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].flatMap(
    (base) =>
      base
        ? [
            path.join(base, 'Google/Chrome/Application/chrome.exe'),
            path.join(base, 'Microsoft/Edge/Application/msedge.exe'),
          ]
        : [],
  ),
};

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @returns {Promise<string>} absolute path of the browser's executable */
export async function installChromium() {
  const what = 'finding Chromium';
  const named = process.env.CHROMIUM;
  if (named) {
    if (existsSync(named)) return named;
    throw new StepFailed(what, `CHROMIUM names ${named}, which does not exist`, 'correct or unset CHROMIUM.');
  }
  const found = findChromium();
  if (found) return found;
  if (process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    say('installing Chromium with apt-get …');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...args) => quietly('installing Chromium', ['apt-get', '-y', ...args], { env });
    await apt('update');
    await apt('install', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new StepFailed(
    what,
    'no Chromium, Chrome or Edge was found, and only Debian as root lets this command install one',
    'install Chromium or Google Chrome (Debian, Ubuntu: sudo apt-get install chromium), or set CHROMIUM to its executable.',
  );
}

function findChromium() {
  const inPath = (process.env.PATH ?? '')
    .split(path.delimiter)
    .flatMap((directory) => NAMES.map((name) => path.join(directory, name)));
  return [...inPath, ...(COMMON_PLACES[process.platform] ?? [])].find((candidate) => existsSync(candidate));
}
