using Bloomery.Formats.Tokenizers.Json;
using Bloomery.Formats.Tokenizers.Patterns;
using Bloomery.Numerics.Catalogs;

namespace Bloomery.Formats.Tokenizers.PreTokenizers;

/// <summary>Makes spaces <c>▁</c>, puts one in front, and cuts before each.</summary>
[Key("Metaspace")]
internal sealed class MetaspacePreTokenizer : PreTokenizer
{
    private readonly char _mark;
    private readonly PrependScheme _scheme;
    private readonly TextPattern? _split;

    /// <summary>Makes the pre-tokeniser.</summary>
    /// <param name="mark">What stands for a space.</param>
    /// <param name="scheme">When to put one in front.</param>
    /// <param name="split">Whether to cut.</param>
    public MetaspacePreTokenizer(char mark = '\u2581', PrependScheme scheme = PrependScheme.Always, bool split = true)
    {
        (_mark, _scheme) = (mark, scheme);
        if (split) _split = new TextPattern(mark.ToString());
    }

    internal MetaspacePreTokenizer(JsonSection json)
        : this(MarkOf(json), SchemeOf(json), json.Flag("split", true))
    {
    }

    /// <inheritdoc/>
    public override void Split(PieceList pieces)
    {
        pieces.SpellBytes();
        pieces.Text.Exchange(' ', _mark);
        if (_scheme != PrependScheme.Never)
        {
            bool always = _scheme == PrependScheme.Always;
            pieces.Prepend(_mark, (source, text) => text[0] != _mark && (always || source == 0));
        }
        if (_split is not null) pieces.Split(_split, SplitBehavior.MergedWithNext);
    }

    internal static char MarkOf(JsonSection json)
    {
        int mark = json.CodePoint("replacement", 0x2581);
        return mark <= char.MaxValue ? (char)mark : throw json.Get("replacement").Error("a character beyond U+FFFF is not supported");
    }

    internal static PrependScheme SchemeOf(JsonSection json)
    {
        string name = json.Text("prepend_scheme", "always")!;
        PrependScheme scheme = name switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw json.Get("prepend_scheme").Error($"'{name}' is neither always, first nor never"),
        };
        if (json.Flag("add_prefix_space", true)) return scheme;
        return json.Find("prepend_scheme") is null || scheme == PrependScheme.Never
            ? PrependScheme.Never
            : throw json.Error("'add_prefix_space' contradicts 'prepend_scheme'");
    }
}
