using Bloomery.Formats.Tokenizers.Json;

namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>Adds the tokens that the files beside a <c>.model</c> name to its pieces.</summary>
internal static class PieceAdding
{
    /// <summary>
    /// The pieces of both. A token that is a piece stays where it is; of the others each takes the place that is stated for it (the file has
    /// placeholders there, or nothing), else the first one behind all others.
    /// </summary>
    /// <param name="pieces">The pieces of the file.</param>
    /// <param name="stated">What the files beside it name.</param>
    /// <param name="file">The file's path, for messages.</param>
    /// <returns>Null where nothing changes.</returns>
    public static PieceVocabulary? Add(PieceVocabulary pieces, StatedTokens stated, string file)
    {
        List<string> texts = [.. pieces.Texts];
        List<float> scores = [.. pieces.Scores];
        List<PieceType> types = [.. pieces.Types];
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        for (int i = 0; i < texts.Count; i++) ids.TryAdd(texts[i], i);
        bool changed = false;
        foreach (AddedToken token in stated.Listed.Concat(stated.Special))
        {
            if (token.Content.Length == 0) continue;
            PieceType type = token.Special ? PieceType.Control : PieceType.UserDefined;
            if (ids.TryGetValue(token.Content, out int id))
            {
                if (!IsText(types[id]) || types[id] == type) continue;
                (types[id], changed) = (type, true);
                continue;
            }

            bool hasPlace = token.Id >= 0 && token.Id <= ModelReader.MaxId(texts.Count + 1) && (token.Id >= texts.Count || IsText(types[token.Id]));
            id = hasPlace ? token.Id : texts.Count;
            while (texts.Count <= id)
            {
                texts.Add($"[GAP{texts.Count}]");
                scores.Add(0);
                types.Add(PieceType.Unused);
            }

            (texts[id], types[id], changed) = (token.Content, type, true);
            ids[token.Content] = id;
        }

        return changed ? new PieceVocabulary([.. texts], [.. scores], [.. types], file) : null;
    }

    private static bool IsText(PieceType type) => type is PieceType.Normal or PieceType.UserDefined or PieceType.Unused;
}
