namespace Bloomery.Engine.Scoring;

/// <summary>A part of a text that is read at once; tokens <see cref="FirstScored"/> to <see cref="End"/> of it count.</summary>
/// <param name="Begin">Its first token.</param>
/// <param name="End">One past its last token.</param>
/// <param name="FirstScored">The first token whose probability counts.</param>
internal readonly record struct PerplexityWindow(int Begin, int End, int FirstScored);
