namespace Bloomery.Formats.Tokenizers.Json;

/// <summary>Reads the added tokens of a tokenizer.json.</summary>
internal static class AddedTokenReader
{
    /// <summary>
    /// Reads <paramref name="json"/>, a list. A token that the model's vocabulary has too takes the id that it has there, as in the reference.
    /// </summary>
    public static List<AddedToken> Read(JsonSection json, Vocabulary vocabulary)
    {
        var tokens = new List<AddedToken>();
        var indices = new Dictionary<int, int>();
        int limit = ModelReader.MaxId(vocabulary.Size + json.Length);
        foreach (JsonSection item in json.Items())
        {
            string content = item.Text("content");
            int id = item.Get("id").AsCount();
            if (id > limit) throw item.Get("id").Error($"id {id} is out of range for {vocabulary.Size} tokens and {json.Length} added ones");
            int known = vocabulary.IdOf(content);
            if (known >= 0) id = known;
            else if (vocabulary[id] is { } taken) throw item.Get("id").Error($"id {id} of '{content}' belongs to '{taken}'");
            bool special = item.Flag("special", false);
            var token = new AddedToken(id, content)
            {
                Special = special,
                Normalized = item.Flag("normalized", !special),
                SingleWord = item.Flag("single_word", false),
                TakesLeft = item.Flag("lstrip", false),
                TakesRight = item.Flag("rstrip", false),
            };
            if (indices.TryAdd(id, tokens.Count)) tokens.Add(token);
            else if (tokens[indices[id]].Content == content) tokens[indices[id]] = token;
            else throw item.Get("id").Error($"id {id} of '{content}' belongs to '{tokens[indices[id]].Content}'");
        }
        return tokens;
    }
}
