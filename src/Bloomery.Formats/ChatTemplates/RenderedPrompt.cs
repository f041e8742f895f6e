namespace Bloomery.Formats.ChatTemplates;

/// <summary>The text of a prompt and which parts of it stem from request data.</summary>
/// <param name="Text">The rendered text.</param>
/// <param name="PlainRanges">
/// Ranges of UTF-16 indices, ascending and disjoint, that came from the request: control tokens spelled there are text.
/// </param>
public sealed record RenderedPrompt(string Text, IReadOnlyList<(int Begin, int End)> PlainRanges);
