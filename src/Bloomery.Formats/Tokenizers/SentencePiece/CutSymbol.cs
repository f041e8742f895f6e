namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>A token that is matched as text.</summary>
/// <param name="Text">Its spelling, not empty.</param>
/// <param name="Id">Its id.</param>
/// <param name="Special">Whether it matches only where special tokens are parsed.</param>
/// <param name="TakesSpaceBefore">Whether it swallows the whitespace in front of it.</param>
/// <param name="TakesSpaceBehind">Whether it swallows the whitespace behind it.</param>
internal readonly record struct CutSymbol(string Text, int Id, bool Special, bool TakesSpaceBefore = false, bool TakesSpaceBehind = false);
