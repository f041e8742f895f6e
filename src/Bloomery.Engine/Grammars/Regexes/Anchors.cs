namespace Bloomery.Engine.Grammars.Regexes;

/// <summary>The byte that stands for the end of a text inside patterns; UTF-8 has no use for it.</summary>
internal static class Anchors
{
    public const byte End = 0xFF;
}
