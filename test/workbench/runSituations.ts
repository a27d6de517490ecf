import path from 'node:path';
import { runAlone } from './runAlone.js';

/** `npm run situations`: the table waits for tokens to end, drives two windows and measures how late a surface is. */
void runAlone([path.join(__dirname, 'situationsTable.js')], 1_800_000);
