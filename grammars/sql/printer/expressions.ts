import { power, powerOfSymbol } from '../power.ts';
import type {
  Argument,
  Cast,
  Expression,
  FrameBound,
  FunctionCall,
  IntervalFields,
  IntervalLiteral,
  NamedType,
  Operator,
  Quantified,
  Star,
  Substring,
  TypeName,
  WindowSpecification,
} from '../tree.ts';
import {
  clause,
  dotted,
  identifier,
  identifiers,
  orderBy,
  type Print,
  qualifiedName,
  qualifiedOperator,
  string,
  words,
} from './print.ts';

/** How tightly the outermost operator of an expression binds; what has no operator binds tightest. */
const closed = 100;

function powerOf(expression: Expression): number {
  switch (expression.kind) {
    case 'lambda':
      return 0;
    case 'or':
      return power.or;
    case 'and':
      return power.and;
    case 'not':
      return power.not;
    case 'isNull':
    case 'isTruth':
    case 'isDistinct':
      return power.is;
    case 'between':
    case 'inList':
    case 'inQuery':
    case 'inValue':
    case 'like':
      return power.predicate;
    case 'binary':
      return powerOfOperator(expression.operator);
    case 'quantified':
      return powerOfQuantified(expression);
    case 'unary':
      return isSign(expression.operator) ? power.sign : power.other;
    case 'atTimeZone':
      return power.atTimeZone;
    case 'collate':
      return power.collate;
    case 'cast':
      return expression.form === 'colons' ? power.cast : closed;
    default:
      return closed;
  }
}

function powerOfOperator(operator: Operator): number {
  return operator.schema.length > 0 ? power.other : powerOfSymbol(operator.symbol);
}

/** LIKE ANY has the power of LIKE, and not that of the operator it stands for. */
function powerOfQuantified({ operator }: Quantified): number {
  return quantifiedWords(operator) === undefined ? powerOfOperator(operator) : power.predicate;
}

function quantifiedWords({ schema, symbol }: Operator): string | undefined {
  return schema.length > 0 ? undefined : likeWords.get(symbol);
}

function isSign({ symbol }: Operator): boolean {
  return symbol === '-' || symbol === '+';
}

export function printExpression(print: Print, expression: Expression, minimumPower = 0): string {
  const text = bare(print, expression);
  return powerOf(expression) < minimumPower ? `(${text})` : text;
}

function bare(print: Print, node: Expression): string {
  const list = (expressions: readonly Expression[]) =>
    expressions.map((expression) => print.expression(expression)).join(', ');
  switch (node.kind) {
    case 'currentOf':
      return `CURRENT OF ${identifier(node.cursor)}`;
    case 'number':
      return node.text;
    case 'string':
      return string(node.value);
    case 'bitString':
      return `${node.base === 'binary' ? 'B' : 'X'}'${node.digits}'`;
    case 'boolean':
      return node.value ? 'TRUE' : 'FALSE';
    case 'null':
      return 'NULL';
    case 'typedLiteral':
      return `${print.type(node.type)} ${string(node.value)}`;
    case 'interval':
      return interval(print, node);
    case 'column':
      return dotted(node.parts);
    case 'parameter':
      return node.style === '?' ? '?' : `${node.style}${node.name ?? node.index}`;
    case 'specialValue':
      return node.name.toUpperCase() + (node.precision === undefined ? '' : `(${node.precision})`);
    case 'default':
      return 'DEFAULT';
    case 'star':
      return star(print, node);
    case 'fieldStar':
      return `${suffixed(print, node.operand, true)}.*`;
    case 'columns':
      return `${node.unpack ? '*' : ''}COLUMNS(${print.expression(node.selector)})`;
    case 'and':
      return node.operands.map((operand) => print.expression(operand, power.not)).join(' AND ');
    case 'or':
      return node.operands.map((operand) => print.expression(operand, power.and)).join(' OR ');
    case 'not':
      return `NOT ${print.expression(node.operand, power.not)}`;
    case 'unary':
      return unary(print, node.operator, node.operand);
    case 'binary': {
      const own = powerOfOperator(node.operator);
      const symbol = infixSymbol(node.operator);
      const left = print.expression(node.left, own === power.comparison ? own + 1 : own);
      return `${left} ${symbol} ${print.expression(node.right, own + 1)}`;
    }
    case 'quantified':
      return quantified(print, node);
    case 'between': {
      const words = `${node.not ? 'NOT ' : ''}BETWEEN${node.symmetric ? ' SYMMETRIC' : ''}`;
      const [operand, low, high] = [node.operand, node.low, node.high].map((part) => aboveIn(print, part));
      return `${operand} ${words} ${low} AND ${high}`;
    }
    case 'inList':
      return `${aboveIn(print, node.operand)} ${node.not ? 'NOT IN' : 'IN'} (${list(node.items)})`;
    case 'inQuery':
      return `${aboveIn(print, node.operand)} ${node.not ? 'NOT IN' : 'IN'} (${print.query(node.query)})`;
    case 'inValue':
      return `${aboveIn(print, node.operand)} ${node.not ? 'NOT IN' : 'IN'} ${print.expression(node.value, closed)}`;
    case 'like': {
      const form = node.form === 'similar' ? 'SIMILAR TO' : node.form.toUpperCase();
      const escaping = node.escape ? ` ESCAPE ${aboveIn(print, node.escape)}` : '';
      return `${aboveIn(print, node.operand)} ${node.not ? 'NOT ' : ''}${form} ${aboveIn(print, node.pattern)}${escaping}`;
    }
    case 'isNull':
      return `${print.expression(node.operand, power.is)} IS ${node.not ? 'NOT ' : ''}NULL`;
    case 'isTruth':
      return `${print.expression(node.operand, power.is)} IS ${node.not ? 'NOT ' : ''}${node.truth.toUpperCase()}`;
    case 'isDistinct': {
      const right = print.expression(node.right, power.is + 1);
      return `${print.expression(node.left, power.is)} IS ${node.not ? 'NOT ' : ''}DISTINCT FROM ${right}`;
    }
    case 'collate':
      return `${print.expression(node.operand, power.collate)} COLLATE ${qualifiedName(node.collation)}`;
    case 'atTimeZone': {
      const operand = print.expression(node.operand, power.atTimeZone);
      return node.zone
        ? `${operand} AT TIME ZONE ${print.expression(node.zone, power.atTimeZone + 1)}`
        : `${operand} AT LOCAL`;
    }
    case 'case': {
      const arms = node.arms.map((arm) => `WHEN ${print.expression(arm.when)} THEN ${print.expression(arm.then)}`);
      const otherwise = node.otherwise && `ELSE ${print.expression(node.otherwise)}`;
      return words('CASE', node.operand && print.expression(node.operand), ...arms, otherwise, 'END');
    }
    case 'cast':
      return cast(print, node);
    case 'call':
      return call(print, node);
    case 'methodCall':
      return `${suffixed(print, node.operand, true)}.${call(print, node.call)}`;
    case 'extract': {
      const field = /^[a-z_][a-z_0-9]*$/.test(node.field) ? node.field : string(node.field);
      return `EXTRACT(${field} FROM ${print.expression(node.source)})`;
    }
    case 'position':
      return `POSITION(${aboveIn(print, node.needle)} IN ${print.expression(node.source)})`;
    case 'substring':
      return substring(print, node);
    case 'substringSimilar': {
      const [source, pattern, escaping] = [node.source, node.pattern, node.escape].map((part) =>
        print.expression(part),
      );
      return `SUBSTRING(${source} SIMILAR ${pattern} ESCAPE ${escaping})`;
    }
    case 'overlay': {
      const replacement = `PLACING ${print.expression(node.replacement)}`;
      const start = `FROM ${print.expression(node.start)}`;
      const length = node.length && `FOR ${print.expression(node.length)}`;
      return `OVERLAY(${words(print.expression(node.source), replacement, start, length)})`;
    }
    case 'trim': {
      const characters = node.characters && print.expression(node.characters);
      return `TRIM(${words(node.side.toUpperCase(), characters, 'FROM', print.expression(node.source))})`;
    }
    case 'scalarSubquery':
      return `(${print.query(node.query)})`;
    case 'exists':
      return `EXISTS (${print.query(node.query)})`;
    case 'arraySubquery':
      return `ARRAY(${print.query(node.query)})`;
    case 'row':
      return `${node.keyword || node.fields.length < 2 ? 'ROW' : ''}(${list(node.fields)})`;
    case 'array':
      return `${node.keyword ? 'ARRAY' : ''}[${list(node.elements)}]`;
    case 'comprehension': {
      const condition = node.condition && `IF ${print.expression(node.condition)}`;
      const source = `${identifiers(node.variables)} IN ${print.expression(node.source)}`;
      return `[${words(print.expression(node.element), 'FOR', source, condition)}]`;
    }
    case 'struct':
      return `{${node.fields.map((field) => `${identifier(field.name)}: ${print.expression(field.value)}`).join(', ')}}`;
    case 'map': {
      const entries = node.entries.map(({ key, value }) => `${print.expression(key)}: ${print.expression(value)}`);
      return `MAP {${entries.join(', ')}}`;
    }
    case 'subscript':
      return `${suffixed(print, node.operand)}[${print.expression(node.index)}]`;
    case 'slice': {
      const [lower, upper, step] = [node.lower, node.upper, node.step].map((part) => part && print.expression(part));
      if (step === undefined) return `${suffixed(print, node.operand)}[${lower ?? ''}:${upper ?? ''}]`;
      // Two colons without a space are a cast.
      return `${suffixed(print, node.operand)}[${lower ?? ''}:${upper ?? '-'}:${step}]`;
    }
    case 'field':
      return `${suffixed(print, node.operand, true)}.${identifier(node.field)}`;
    case 'lambda':
      return `lambda ${identifiers(node.parameters)}: ${print.expression(node.body)}`;
    case 'missing':
      return '';
  }
}

/** As an operand of BETWEEN, IN or LIKE, which do not associate. */
function aboveIn(print: Print, expression: Expression): string {
  return print.expression(expression, power.predicate + 1);
}

/** In front of a subscript, or of a dot, which would make a name longer and a number another one. */
function suffixed(print: Print, expression: Expression, dot = false): string {
  const text = print.expression(expression);
  if (powerOf(expression) < closed) return `(${text})`;
  if (expression.kind === 'column' && dot) return `(${text})`;
  if (expression.kind === 'call' && expression.over?.kind === 'identifier') return `(${text})`;
  return expression.kind === 'number' && dot ? `${text} ` : text;
}

/* ----------------------------------------------------------------------------------------------------------- operators */

/** Operators that are written as words when a quantifier follows. */
const likeWords: ReadonlyMap<string, string> = new Map([
  ['~~', 'LIKE'],
  ['!~~', 'NOT LIKE'],
  ['~~*', 'ILIKE'],
  ['!~~*', 'NOT ILIKE'],
]);

function infixSymbol(operator: Operator): string {
  if (operator.schema.length > 0) return qualifiedOperator(operator);
  return operator.symbol === 'overlaps' ? 'OVERLAPS' : operator.symbol;
}

function unary(print: Print, operator: Operator, operand: Expression): string {
  const text = print.expression(operand, isSign(operator) ? power.sign : power.other + 1);
  // Two operators without a space are one, or a comment.
  return /^[-+*/<>=~!@#%^&|`?]/.test(text) ? `${operator.symbol} ${text}` : `${operator.symbol}${text}`;
}

function quantified(print: Print, node: Quantified): string {
  const own = powerOfQuantified(node);
  const leftToRight = own !== power.comparison && own !== power.predicate;
  const operand = print.expression(node.operand, leftToRight ? own : own + 1);
  const words = quantifiedWords(node.operator);
  const right = node.right.kind === 'query' ? print.query(node.right) : print.expression(node.right);
  return `${operand} ${words ?? infixSymbol(node.operator)} ${node.quantifier.toUpperCase()} (${right})`;
}

function cast(print: Print, node: Cast): string {
  const type = print.type(node.type);
  if (node.form === 'colons') return `${print.expression(node.operand, power.cast)}::${type}`;
  return `${node.try ? 'TRY_CAST' : 'CAST'}(${print.expression(node.operand)} AS ${type})`;
}

/* --------------------------------------------------------------------------------------------------- calls and windows */

export function call(print: Print, node: FunctionCall): string {
  const values = node.star ? '*' : node.arguments.map((value) => argument(print, value)).join(', ');
  const inside = words(
    node.distinct && 'DISTINCT',
    values,
    orderBy(print, node.orderBy),
    node.nullTreatment && `${node.nullTreatment.toUpperCase()} NULLS`,
  );
  const over = node.over && (node.over.kind === 'identifier' ? identifier(node.over) : window(print, node.over));
  return words(
    `${qualifiedName(node.name)}(${inside})`,
    node.withinGroup.length > 0 && `WITHIN GROUP (${orderBy(print, node.withinGroup)})`,
    node.filter && `FILTER (WHERE ${print.expression(node.filter)})`,
    over && `OVER ${over}`,
  );
}

export function argument(print: Print, { name, variadic, value }: Argument): string {
  return words(variadic && 'VARIADIC', name && `${identifier(name)} =>`, print.expression(value));
}

export function window(print: Print, node: WindowSpecification): string {
  const frame =
    node.frame &&
    words(
      node.frame.unit.toUpperCase(),
      node.frame.end
        ? `BETWEEN ${bound(print, node.frame.start)} AND ${bound(print, node.frame.end)}`
        : bound(print, node.frame.start),
      node.frame.exclude && `EXCLUDE ${node.frame.exclude.toUpperCase()}`,
    );
  const partitions = node.partitionBy.map((expression) => print.expression(expression));
  const base = node.base && identifier(node.base);
  return `(${words(base, clause('PARTITION BY ', partitions), orderBy(print, node.orderBy), frame)})`;
}

function bound(print: Print, node: FrameBound): string {
  return words(node.offset && print.expression(node.offset), node.bound.toUpperCase());
}

function star(print: Print, node: Star): string {
  const qualifier = node.qualifier.map((part) => `${identifier(part)}.`).join('');
  return words(
    `${qualifier}*`,
    clause('EXCLUDE (', node.exclude.map(qualifiedName), ')'),
    clause(
      'REPLACE (',
      node.replace.map(({ expression, name }) => `${print.expression(expression)} AS ${identifier(name)}`),
      ')',
    ),
    clause(
      'RENAME (',
      node.rename.map(({ column, name }) => `${qualifiedName(column)} AS ${identifier(name)}`),
      ')',
    ),
  );
}

function substring(print: Print, node: Substring): string {
  const start = node.start && `FROM ${print.expression(node.start)}`;
  const length = node.length && `FOR ${print.expression(node.length)}`;
  return `SUBSTRING(${words(print.expression(node.source), start, length)})`;
}

function interval(print: Print, node: IntervalLiteral): string {
  const simple = node.value.kind === 'string' || node.value.kind === 'number';
  const value = simple ? print.expression(node.value) : `(${print.expression(node.value)})`;
  const precision = node.precision === undefined ? '' : `(${node.precision})`;
  return words(`INTERVAL${precision}`, value, node.fields && intervalFields(node.fields));
}

/* --------------------------------------------------------------------------------------------------------------- types */

function intervalFields({ from, to, precision }: IntervalFields): string {
  return words(from.toUpperCase(), to && `TO ${to.toUpperCase()}`) + (precision === undefined ? '' : `(${precision})`);
}

export function printType(print: Print, type: TypeName): string {
  switch (type.kind) {
    case 'arrayType':
      return `${print.type(type.element)}[${type.size ?? ''}]`;
    case 'structType':
      return `STRUCT(${type.fields.map((field) => `${identifier(field.name)} ${print.type(field.type)}`).join(', ')})`;
    case 'mapType':
      return `MAP(${print.type(type.key)}, ${print.type(type.value)})`;
    case 'namedType':
      return namedType(print, type);
  }
}

function namedType(print: Print, type: NamedType): string {
  const modifiers = clause(
    '(',
    type.modifiers.map((modifier) => print.expression(modifier)),
    ')',
  );
  const name = qualifiedName(type.name);
  // The zone stands behind the precision.
  const [, base, zone] = /^(time|timestamp)( with(?:out)? time zone)$/.exec(name) ?? [];
  const text = base === undefined ? name + modifiers : `${base}${modifiers}${zone}`;
  return words(text, type.intervalFields && intervalFields(type.intervalFields));
}
