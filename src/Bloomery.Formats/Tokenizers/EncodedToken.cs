namespace Bloomery.Formats.Tokenizers;

/// <summary>One token of an encoding.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">The vocabulary's spelling, or the text that it matched.</param>
/// <param name="Begin">Where it begins in the input, in code points.</param>
/// <param name="End">Where it ends in the input, in code points.</param>
/// <param name="TypeId">Its segment.</param>
public readonly record struct EncodedToken(int Id, string Text, int Begin, int End, int TypeId = 0);
