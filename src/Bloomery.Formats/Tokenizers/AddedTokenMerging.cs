using Bloomery.Formats.Tokenizers.Json;

namespace Bloomery.Formats.Tokenizers;

/// <summary>Joins the tokens that a tokenizer has with those that the files beside it name (formats.md, Tokenizers), as the reference library does.</summary>
internal static class AddedTokenMerging
{
    /// <summary>
    /// The added tokens of both. A token that the tokenizer knows keeps its id; of the others each takes the id that is stated for it if that is
    /// free, else the first one behind all others.
    /// </summary>
    /// <param name="own">The tokenizer's added tokens.</param>
    /// <param name="vocabulary">The model's tokens.</param>
    /// <param name="stated">What the files beside it name.</param>
    /// <returns>Null where nothing changes.</returns>
    public static IReadOnlyList<AddedToken>? Merge(IReadOnlyList<AddedToken> own, Vocabulary vocabulary, StatedTokens stated)
    {
        List<AddedToken> tokens = [.. own];
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        HashSet<int> taken = [];
        for (int i = 0; i < tokens.Count; i++)
        {
            places.TryAdd(tokens[i].Content, i);
            taken.Add(tokens[i].Id);
        }

        int end = Math.Max(vocabulary.Size, own.Count == 0 ? 0 : own.Max(token => token.Id) + 1);
        bool changed = false;
        foreach (AddedToken token in stated.Listed) Add(token, replaces: true);
        foreach (AddedToken token in stated.Special) Add(token, replaces: false);
        return changed ? tokens : null;

        void Add(AddedToken token, bool replaces)
        {
            if (token.Content.Length == 0) return;
            if (places.TryGetValue(token.Content, out int place))
            {
                AddedToken known = tokens[place], renewed = token with { Id = known.Id };
                if (!replaces || renewed == known) return;
                (tokens[place], changed) = (renewed, true);
                return;
            }

            int id = vocabulary.IdOf(token.Content);
            if (id < 0) id = IsFree(token.Id) ? token.Id : end;
            places[token.Content] = tokens.Count;
            tokens.Add(token with { Id = id });
            taken.Add(id);
            end = Math.Max(end, id + 1);
            changed = true;
        }

        // An id far behind all others would make a table of nothing but gaps.
        bool IsFree(int id) => id >= 0 && id <= ModelReader.MaxId(end + 1) && vocabulary[id] is null && !taken.Contains(id);
    }
}
