using System.Globalization;

namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>The pieces of a SentencePiece vocabulary with their scores and types, as a <c>.model</c> or a GGUF file lists them. Immutable.</summary>
internal sealed class PieceVocabulary
{
    private const float SmallestNormal = 1.17549435e-38f;

    private readonly Dictionary<string, int> _ids;

    /// <summary>Indexes a vocabulary.</summary>
    /// <param name="texts">The spelling of each piece; none empty, none twice among those of one kind.</param>
    /// <param name="scores">The score of each piece, as long as <paramref name="texts"/>.</param>
    /// <param name="types">The type of each piece, as long as <paramref name="texts"/>.</param>
    /// <param name="file">The file it came from, for messages.</param>
    /// <exception cref="ModelFormatException">A piece is empty, listed twice, or has a score that is not a number.</exception>
    public PieceVocabulary(string[] texts, float[] scores, PieceType[] types, string file)
    {
        (Texts, Scores, Types) = (texts, scores, types);
        _ids = new Dictionary<string, int>(texts.Length);
        float lowest = float.MaxValue, highest = SmallestNormal;
        for (int id = 0; id < texts.Length; id++)
        {
            string text = texts[id];
            PieceType type = types[id];
            if (text.Length == 0) throw Error(file, id, "is empty");
            if (float.IsNaN(scores[id])) throw Error(file, id, "has a score that is not a number");

            byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(text);
            bool isText = IsText(type);
            bool isNew = _ids.TryAdd(text, id);
            bool clashes = isText ? !AddToTrie(utf8, id, file) : !isNew && !IsText(types[_ids[text]]);
            if (clashes) throw Error(file, id, $"'{text}' is listed twice");
            if (isText) AllWordShaped &= IsWordShaped(utf8);
            switch (type)
            {
                case PieceType.Normal: (lowest, highest) = (Math.Min(lowest, scores[id]), Math.Max(highest, scores[id])); break;
                case PieceType.Unknown: UnknownId ??= id; break;
                case PieceType.UserDefined: UserSymbols.TryAdd(utf8, id); break;
                case PieceType.Unused: HasUnused = true; break;
                case PieceType.Byte: (ByteIds ??= NewByteIds())[ParseByte(text) ?? throw Error(file, id, $"'{text}' is no byte")] = id; break;
            }
        }

        (LowestScore, HighestScore) = (lowest, highest);
        if (ByteIds is not null && Array.IndexOf(ByteIds, ByteTrie.None) >= 0) ByteIds = null;
    }

    /// <summary>The number of pieces.</summary>
    public int Count => Texts.Length;

    /// <summary>The spelling of each piece.</summary>
    public string[] Texts { get; }

    /// <summary>The score of each piece.</summary>
    public float[] Scores { get; }

    /// <summary>The type of each piece.</summary>
    public PieceType[] Types { get; }

    /// <summary>The pieces that text can become: normal, user-defined and unused ones.</summary>
    public ByteTrie Pieces { get; } = new();

    /// <summary>The user-defined pieces alone.</summary>
    public ByteTrie UserSymbols { get; } = new();

    /// <summary>The piece of each byte, or null unless there are all 256.</summary>
    public int[]? ByteIds { get; }

    /// <summary>The first piece that stands for the unknown, or null.</summary>
    public int? UnknownId { get; }

    /// <summary>The lowest score of a normal piece.</summary>
    public float LowestScore { get; }

    /// <summary>The highest score of a normal piece, but at least the smallest positive number (as SentencePiece begins its search there).</summary>
    public float HighestScore { get; }

    /// <summary>Whether there are pieces that must not be produced.</summary>
    public bool HasUnused { get; }

    /// <summary>Whether <c>▁</c> occurs at the beginning of pieces only, so that none reaches across the boundary of two words.</summary>
    public bool AllWordShaped { get; } = true;

    /// <summary>Whether there is such an id.</summary>
    public bool Contains(int id) => (uint)id < (uint)Texts.Length;

    /// <summary>The id of a spelling, or null; where a control and a text piece share one, the first.</summary>
    public int? IdOf(string text) => _ids.TryGetValue(text, out int id) ? id : null;

    /// <summary>The byte that a byte piece stands for.</summary>
    public byte ByteOf(int id) => ParseByte(Texts[id])!.Value;

    private static bool IsText(PieceType type) => type is PieceType.Normal or PieceType.UserDefined or PieceType.Unused;

    /// <summary>The byte that a text spells as <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, or null.</summary>
    public static byte? ParseByte(string text) =>
        text.Length == 6 && text.StartsWith("<0x", StringComparison.Ordinal) && text[5] == '>' &&
        byte.TryParse(text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value) ? value : null;

    private static bool IsWordShaped(ReadOnlySpan<byte> piece)
    {
        while (piece.StartsWith(SentencePieceNormalizer.Space)) piece = piece[SentencePieceNormalizer.Space.Length..];
        return piece.IndexOf(SentencePieceNormalizer.Space) < 0;
    }

    private static int[] NewByteIds()
    {
        var ids = new int[256];
        Array.Fill(ids, ByteTrie.None);
        return ids;
    }

    private bool AddToTrie(byte[] piece, int id, string file)
    {
        try
        {
            return Pieces.TryAdd(piece, id);
        }
        catch (InvalidOperationException e)
        {
            throw new ModelFormatException(file, "pieces", null, $"too large a vocabulary: {e.Message}", e);
        }
    }

    private static ModelFormatException Error(string file, int id, string problem) => new(file, $"piece {id}", null, problem);
}
