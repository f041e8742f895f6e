using Bloomery.Cli.Output;
using Bloomery.Engine.Inspection;
using Bloomery.Formats.Tokenizers;

namespace Bloomery.Cli.Inspection;

/// <summary>A model's card as rows for people.</summary>
internal static class CardRows
{
    /// <summary>Name and value of each row.</summary>
    public static IEnumerable<(string Name, string Value)> Of(ModelCard card)
    {
        yield return ("Name", card.Name ?? "");
        yield return ("Architecture", card.Architecture + (card.Supported ? "" : " (not supported by this build)"));
        yield return ("Format", $"{card.Format}; {card.Tensors} tensors: {string.Join(", ", card.Types.Select(type => $"{type.Count} {type.Type}"))}");
        yield return ("Parameters", Size.Count(card.Parameters));
        yield return ("Shape", $"{card.Layers} layers, hidden size {card.Hidden}, vocabulary {card.Vocabulary}");
        yield return ("Context", card.ModelContext > 0 ? $"{card.ModelContext} tokens" : "not stated");
        yield return ("Memory", card.KvBytes == 0 ? $"{Size.Text(card.WeightBytes)} weights"
            : $"{Size.Text(card.WeightBytes)} weights + {Size.Text(card.KvBytes)} cache ({card.KvType}, {card.Context} tokens) = "
            + $"{Size.Text(card.WeightBytes + card.KvBytes)}");
        yield return ("Tokenizer", card.Tokenizer ?? "none");
        if (card.SpecialReason is not null) yield return ("Special", $"{Frame(card)}: {card.SpecialReason}");
        bool onlyDefault = card.Templates is [TokenizerBundle.DefaultTemplate];
        yield return ("Template", card.Templates.Count == 0 ? "none" : onlyDefault ? "yes" : string.Join(", ", card.Templates));
        yield return ("Licence", card.License ?? "not stated");
        yield return ("Path", card.Path);
    }

    private static string Frame(ModelCard card) => (card.SpecialBefore.Count, card.SpecialBehind.Count) switch
    {
        (0, 0) => "none around a text",
        (_, 0) => $"{string.Join(' ', card.SpecialBefore)} before a text",
        (0, _) => $"{string.Join(' ', card.SpecialBehind)} behind a text",
        _ => $"{string.Join(' ', card.SpecialBefore)} before a text, {string.Join(' ', card.SpecialBehind)} behind it",
    };
}
