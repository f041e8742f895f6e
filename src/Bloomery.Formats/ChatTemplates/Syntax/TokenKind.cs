namespace Bloomery.Formats.ChatTemplates.Syntax;

internal enum TokenKind
{
    Eof,
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    String,
    Integer,
    Float,
    Operator,
}
