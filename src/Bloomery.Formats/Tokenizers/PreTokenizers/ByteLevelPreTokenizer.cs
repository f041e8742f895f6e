using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>GPT-2's expression, then bytes as letters of <see cref="ByteAlphabet"/>.</summary>
/// <param name="addPrefixSpace">Whether a piece that does not begin with a space gets one.</param>
/// <param name="useRegex">Whether to split at all.</param>
[Key("ByteLevel")]
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace = false, bool useRegex = true) : PreTokenizer
{
    private static readonly Gpt2Pattern Pattern = new();

    internal ByteLevelPreTokenizer(JsonSection json)
        : this(json.Flag("add_prefix_space", true), json.Flag("use_regex", true))
    {
    }

    /// <inheritdoc/>
    public override void Split(PieceList pieces)
    {
        pieces.SpellBytes();
        if (addPrefixSpace) pieces.Prepend(' ', static (_, text) => text[0] != ' ');
        if (useRegex) pieces.Split(Pattern, SplitBehavior.Isolated);
        pieces.MarkBytes();
    }
}
