namespace Bloomery.Models.Planning;

/// <summary>An activation while an architecture is traced: a number of columns and symbolic rows, no data.</summary>
/// <param name="Id">Its number in the trace.</param>
/// <param name="Columns">Elements of one row.</param>
/// <param name="Rows">What its rows stand for.</param>
internal readonly record struct Value(int Id, int Columns, RowKind Rows);
