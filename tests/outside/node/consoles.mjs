// What people do on the pages, step by step as they would, with JavaScript on and off.
import { scenarios as account } from './consoles/account.mjs';
import { scenarios as developer } from './consoles/developer.mjs';
import { scenarios as entry } from './consoles/entry.mjs';
import { scenarios as everywhere } from './consoles/everywhere.mjs';
import { scenarios as hostile } from './consoles/hostile.mjs';
import { scenarios as keyboard } from './consoles/keyboard.mjs';
import { scenarios as looks } from './consoles/looks.mjs';
import { scenarios as operator } from './consoles/operator.mjs';
import { scenarios as workspace } from './consoles/workspace.mjs';
import { runAll } from './lib/browse.mjs';

await runAll([entry, account, developer, workspace, operator, everywhere, looks, keyboard, hostile]);
