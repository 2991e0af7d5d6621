import type { IToken } from '../../toolkit/chevrotain.ts';
import { decimalDigits } from '../literals.ts';
import { k, label, t, typeNameWord } from '../tokens.ts';
import type { Expression, Identifier, IntervalFields, NamedType, StructTypeField, TypeName } from '../tree.ts';
import { BaseRules } from './base.ts';

/** Fields of an interval, by the words for them; PostgreSQL has the six that are keywords, DuckDB the others and the plurals. */
const intervalFieldsByWord: ReadonlyMap<string, string> = new Map([
  ...[
    'year',
    'month',
    'day',
    'hour',
    'minute',
    'second',
    'week',
    'quarter',
    'decade',
    'millisecond',
    'microsecond',
  ].flatMap(
    (field) =>
      [
        [field, field],
        [`${field}s`, field],
      ] as const,
  ),
  ['century', 'century'],
  ['centuries', 'century'],
  ['millennium', 'millennium'],
  ['millennia', 'millennium'],
] as const);

export abstract class TypeRules extends BaseRules {
  readonly typeName = this.rule(
    'typeName',
    (): TypeName => {
      this.guardDepth();
      const start = this.mark();
      let type = this.SUBRULE(this.simpleType);
      this.OPTION(() => {
        this.CONSUME(k.array);
        let size: number | undefined;
        this.OPTION1(() => {
          this.CONSUME(t.leftBracket);
          size = this.SUBRULE(this.integer);
          this.CONSUME(t.rightBracket);
        });
        type = { kind: 'arrayType', element: type, size, range: this.since(start) };
      });
      this.MANY(() => {
        let size: number | undefined;
        this.CONSUME1(t.leftBracket);
        this.OPTION2(() => {
          size = this.SUBRULE1(this.integer);
        });
        this.CONSUME1(t.rightBracket);
        type = { kind: 'arrayType', element: type, size, range: this.since(start) };
      });
      return type;
    },
    (): TypeName => this.namedType(this.mark(), [this.missingIdentifier()], []),
  );

  private readonly simpleType = this.rule(
    'simpleType',
    (): TypeName =>
      this.OR([
        { GATE: () => this.second(t.leftParen), ALT: () => this.SUBRULE(this.structType) },
        { GATE: () => this.second(t.leftParen), ALT: () => this.SUBRULE(this.mapType) },
        { GATE: () => this.second(k.precision), ALT: () => this.SUBRULE(this.doublePrecision) },
        { ALT: () => this.SUBRULE(this.temporalType) },
        { ALT: () => this.SUBRULE(this.intervalType) },
        { ALT: () => this.SUBRULE(this.characterType) },
        { ALT: () => this.SUBRULE(this.genericType) },
      ]),
  );

  private readonly structType = this.rule('structType', (): TypeName => {
    const start = this.mark();
    const fields: StructTypeField[] = [];
    this.OR([{ ALT: () => this.CONSUME(k.struct) }, { ALT: () => this.CONSUME(k.row) }]);
    this.CONSUME(t.leftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.comma, DEF: () => fields.push(this.SUBRULE(this.structTypeField)) });
    this.CONSUME(t.rightParen);
    return { kind: 'structType', fields, range: this.since(start) };
  });

  private readonly structTypeField = this.rule('structTypeField', (): StructTypeField => {
    const start = this.mark();
    const name = this.SUBRULE(this.name);
    const type = this.SUBRULE(this.typeName);
    return { kind: 'structTypeField', name, type, range: this.since(start) };
  });

  private readonly mapType = this.rule('mapType', (): TypeName => {
    const start = this.mark();
    this.CONSUME(k.map);
    this.CONSUME(t.leftParen);
    const key = this.SUBRULE(this.typeName);
    this.CONSUME(t.comma);
    const value = this.SUBRULE1(this.typeName);
    this.CONSUME(t.rightParen);
    return { kind: 'mapType', key, value, range: this.since(start) };
  });

  protected readonly doublePrecision = this.rule('doublePrecision', (): NamedType => {
    const start = this.mark();
    this.CONSUME(k.double);
    this.CONSUME(k.precision);
    return this.namedType(start, [this.wordsSince(start, 'double precision')], []);
  });

  /** TIME and TIMESTAMP; the zone stands behind the precision. */
  protected readonly temporalType = this.rule('temporalType', (): NamedType => {
    const start = this.mark();
    const base = this.OR([{ ALT: () => this.CONSUME(k.time) }, { ALT: () => this.CONSUME(k.timestamp) }]);
    const modifiers = this.OPTION(() => this.SUBRULE(this.typeModifiers)) ?? [];
    let zone: 'with' | 'without' | undefined;
    this.OPTION1({
      GATE: () => this.second(k.time),
      DEF: () => {
        this.OR1([
          {
            ALT: () => {
              this.CONSUME(k.with);
              zone = 'with';
            },
          },
          {
            ALT: () => {
              this.CONSUME(k.without);
              zone = 'without';
            },
          },
        ]);
        this.CONSUME1(k.time);
        this.CONSUME(k.zone);
      },
    });
    const plain = base.tokenType === k.time ? 'time' : 'timestamp';
    const name = zone ? this.wordsSince(start, `${plain} ${zone} time zone`) : this.identifierOf(base);
    return this.namedType(start, [name], modifiers);
  });

  private readonly intervalType = this.rule('intervalType', (): NamedType => {
    const start = this.mark();
    const name = this.identifierOf(this.CONSUME(k.interval));
    const modifiers = this.OPTION(() => this.SUBRULE(this.typeModifiers)) ?? [];
    const fields = this.OPTION1({
      GATE: () => this.intervalFieldAhead(),
      DEF: () => this.SUBRULE(this.intervalFields),
    });
    return {
      kind: 'namedType',
      name: { kind: 'name', parts: [name], range: name.range },
      modifiers,
      intervalFields: fields,
      range: this.since(start),
    };
  });

  /** CHARACTER, CHAR, NCHAR, BIT with VARYING, NATIONAL in front. */
  protected readonly characterType = this.rule('characterType', (): NamedType => {
    const start = this.mark();
    this.OPTION(() => this.CONSUME(k.national));
    const base = this.OR([
      { ALT: () => this.CONSUME(k.character) },
      { ALT: () => this.CONSUME(k.char) },
      { ALT: () => this.CONSUME(k.nchar) },
      { ALT: () => this.CONSUME(k.bit) },
    ]);
    const varying = this.OPTION1(() => this.CONSUME(k.varying));
    const name = varying ? this.wordsSince(start, varyingName(base)) : this.identifierOf(base);
    const modifiers = this.OPTION2(() => this.SUBRULE(this.typeModifiers)) ?? [];
    return this.namedType(start, [name], modifiers);
  });

  private readonly genericType = this.rule('genericType', (): NamedType => {
    const start = this.mark();
    const parts = [this.identifierOf(this.CONSUME(typeNameWord))];
    this.MANY(() => {
      this.CONSUME(t.dot);
      parts.push(this.identifierOf(this.CONSUME(label)));
    });
    const modifiers = this.OPTION(() => this.SUBRULE(this.typeModifiers)) ?? [];
    return this.namedType(start, parts, modifiers);
  });

  private readonly typeModifiers = this.rule('typeModifiers', (): readonly Expression[] => {
    this.CONSUME(t.leftParen);
    const modifiers = this.SUBRULE(this.expressions);
    this.CONSUME(t.rightParen);
    return modifiers;
  });

  /** An interval's field or two: `day`, `day to second(3)`. */
  protected readonly intervalFields = this.rule('intervalFields', (): IntervalFields => {
    const start = this.mark();
    const from = this.fieldOf(this.CONSUME(label));
    const to = this.OPTION({
      // A word that is no field: the TO of something else, such as SET x TO.
      GATE: () => intervalFieldsByWord.has(this.LA(2).image.toLowerCase()),
      DEF: () => {
        this.CONSUME(k.to);
        return this.fieldOf(this.CONSUME1(label));
      },
    });
    const precision = this.OPTION1(() => {
      this.CONSUME(t.leftParen);
      const digits = this.SUBRULE(this.integer);
      this.CONSUME(t.rightParen);
      return digits;
    });
    return { kind: 'intervalFields', from, to, precision, range: this.since(start) };
  });

  readonly integer = this.rule(
    'integer',
    (): number => Number(decimalDigits(this.CONSUME(t.number).image)),
    () => 0,
  );

  /** Whether the token that comes `ahead` names a field of an interval. */
  protected intervalFieldAhead(ahead = 1): boolean {
    const token = this.LA(ahead);
    return token.payload === undefined && intervalFieldsByWord.has(token.image.toLowerCase());
  }

  private fieldOf(token: IToken): string {
    const written = token.image.toLowerCase();
    return intervalFieldsByWord.get(written) ?? written;
  }

  protected namedType(start: number, parts: readonly Identifier[], modifiers: readonly Expression[]): NamedType {
    const name = {
      kind: 'name',
      parts,
      range: { start: parts[0]?.range.start ?? start, end: parts.at(-1)?.range.end ?? start },
    } as const;
    return { kind: 'namedType', name, modifiers, intervalFields: undefined, range: this.since(start) };
  }

  /** A name of several words. */
  private wordsSince(start: number, text: string): Identifier {
    return { kind: 'identifier', text, quoted: false, range: this.since(start) };
  }
}

function varyingName(base: IToken): string {
  return base.tokenType === k.bit ? 'bit varying' : 'character varying';
}
