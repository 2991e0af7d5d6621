/** The only door to Chevrotain, so that nothing can load it before what it needs on Node 20. */
import './object-group-by.ts';

export {
  Alternation,
  Alternative,
  createToken,
  EmbeddedActionsParser,
  EOF,
  type ILookaheadStrategy,
  type IProduction,
  type IRecognitionException,
  type IToken,
  Lexer,
  NonTerminal,
  Option,
  type ParserMethod,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Rule,
  Terminal,
  type TokenType,
} from 'chevrotain';
