import path from 'node:path';
import { runAlone } from './runAlone.js';

/**
 * `npm run situations`: the table waits for tokens to expire, drives two windows and measures the delay of
 * each surface.
 */
void runAlone([path.join(__dirname, 'situationsTable.js')], 1_800_000);
