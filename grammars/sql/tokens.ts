import { EOF, type TokenType } from '../toolkit/chevrotain.ts';
import { keywordTypes, tokenType } from '../toolkit/tokens.ts';
import { type Keyword, keywordClasses, notBareLabels, notTableAliases } from './keywords.ts';

/* Where a word can stand; no scanner makes tokens of these types. */
export const columnNameWord = tokenType('ColumnNameWord', 'a name');
export const functionNameWord = tokenType('FunctionNameWord', 'a name');
export const typeNameWord = tokenType('TypeNameWord', 'a type');
export const label = tokenType('Label', 'a name');
export const bareLabel = tokenType('BareLabel', 'a name');
export const tableAlias = tokenType('TableAlias', 'a name');
const nameCategories = [columnNameWord, typeNameWord, label, bareLabel, tableAlias];

export const word = tokenType('Word', 'a name', nameCategories);
export const quotedName = tokenType('QuotedName', 'a name', nameCategories);

function categoriesOf(keyword: Keyword): readonly TokenType[] {
  const keywordClass = keywordClasses.get(keyword);
  const categories = [label];
  if (keywordClass === 'reserved') return categories;
  if (keywordClass === 'functionName') categories.push(functionNameWord, typeNameWord);
  else categories.push(columnNameWord, typeNameWord);
  if (!notBareLabels.has(keyword)) categories.push(bareLabel);
  if (keywordClass !== 'functionName' && !notTableAliases.has(keyword)) categories.push(tableAlias);
  return categories;
}

/** Token types of the keywords, by lower-case word. */
export const k: Readonly<Record<Keyword, TokenType>> = keywordTypes(keywordClasses.keys(), categoriesOf);
export const keywordTypesByWord: ReadonlyMap<string, TokenType> = new Map(Object.entries(k));

export const reservedTypes: ReadonlySet<TokenType> = new Set(
  [...keywordClasses].filter(([, keywordClass]) => keywordClass === 'reserved').map(([keyword]) => k[keyword]),
);

/* Operators, by what they can be. */
export const infixSymbol = tokenType('InfixSymbol', 'an operator');
export const prefixSymbol = tokenType('PrefixSymbol', 'an operator');
const infix = [infixSymbol];
const both = [infixSymbol, prefixSymbol];

/** Token types of everything that is neither word nor keyword. */
export const t = {
  number: tokenType('Number', 'a number'),
  string: tokenType('String', 'a string'),
  bitString: tokenType('BitString', 'a bit string'),
  parameter: tokenType('Parameter', 'a parameter'),
  leftParen: tokenType('LeftParen', '"("'),
  rightParen: tokenType('RightParen', '")"'),
  leftBracket: tokenType('LeftBracket', '"["'),
  rightBracket: tokenType('RightBracket', '"]"'),
  leftBrace: tokenType('LeftBrace', '"{"'),
  rightBrace: tokenType('RightBrace', '"}"'),
  comma: tokenType('Comma', '","'),
  semicolon: tokenType('Semicolon', '";"'),
  dot: tokenType('Dot', '"."'),
  colon: tokenType('Colon', '":"'),
  doubleColon: tokenType('DoubleColon', '"::"'),
  colonEquals: tokenType('ColonEquals', '":="'),
  fatArrow: tokenType('FatArrow', '"=>"'),
  plus: tokenType('Plus', '"+"', both),
  minus: tokenType('Minus', '"-"', both),
  star: tokenType('Star', '"*"', infix),
  slash: tokenType('Slash', '"/"', infix),
  percent: tokenType('PercentSign', '"%"', infix),
  doubleSlash: tokenType('DoubleSlash', '"//"', infix),
  doubleStar: tokenType('DoubleStar', '"**"', infix),
  caret: tokenType('Caret', '"^"', infix),
  less: tokenType('Less', '"<"', infix),
  lessEqual: tokenType('LessEqual', '"<="', infix),
  greater: tokenType('Greater', '">"', infix),
  greaterEqual: tokenType('GreaterEqual', '">="', infix),
  equal: tokenType('Equal', '"="', infix),
  notEqual: tokenType('NotEqual', '"<>"', infix),
  question: tokenType('Question', '"?"', infix),
  operator: tokenType('OtherOperator', 'an operator', both),
  end: EOF,
} as const;

export const vocabulary: readonly TokenType[] = [
  columnNameWord,
  functionNameWord,
  typeNameWord,
  label,
  bareLabel,
  tableAlias,
  infixSymbol,
  prefixSymbol,
  word,
  quotedName,
  ...Object.values(t),
  ...Object.values(k),
];
