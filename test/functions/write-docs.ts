// `npm run docs:functions`: docs/functions.md anew.
import { writeFileSync } from 'node:fs';
import { functionsPage } from './docs.ts';

writeFileSync('docs/functions.md', functionsPage());
