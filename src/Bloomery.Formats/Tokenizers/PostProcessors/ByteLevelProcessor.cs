using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PostProcessors;

/// <summary>Adds nothing; trims the whitespace of tokens off their offsets.</summary>
/// <param name="trimOffsets">Whether to trim.</param>
/// <param name="addPrefixSpace">Whether a single leading space may have been added and stays.</param>
[Key("ByteLevel")]
internal sealed class ByteLevelProcessor(bool trimOffsets, bool addPrefixSpace) : PostProcessor
{
    internal ByteLevelProcessor(JsonSection json)
        : this(json.Flag("trim_offsets", true), json.Flag("add_prefix_space", true))
    {
    }

    /// <inheritdoc/>
    public override List<TokenRun> Process(List<TokenRun> parts, bool addSpecial)
    {
        if (trimOffsets) OffsetTrimming.Trim(parts, addPrefixSpace);
        return parts;
    }
}
