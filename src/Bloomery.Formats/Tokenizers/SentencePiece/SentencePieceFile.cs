using System.Text;
using Bloomery.Formats.Tokenizers.Normalizers;

namespace Bloomery.Formats.Tokenizers.SentencePiece;

/// <summary>The content of a <c>.model</c> file, a protobuf message (formats.md, SentencePiece); fields that change nothing are passed over.</summary>
internal sealed class SentencePieceFile
{
    private const int UnigramModel = 1, BpeModel = 2;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly string _file;
    private readonly List<string> _texts = [];
    private readonly List<float> _scores = [];
    private readonly List<PieceType> _types = [];
    private int _model = UnigramModel;
    private int _unknownId, _bosId = 1, _eosId = 2, _padId = -1;    // SentencePiece's defaults; -1: there is none

    private SentencePieceFile(string file) => _file = file;

    /// <summary>How the pieces are used.</summary>
    public SentencePieceOptions Options { get; private set; } = new();

    /// <summary>The pieces.</summary>
    public PieceVocabulary Vocabulary { get; private set; } = null!;

    /// <summary>The special pieces.</summary>
    public SpecialTokenIds Roles { get; private set; } = new();

    /// <summary>Reads a message.</summary>
    /// <param name="data">The whole file.</param>
    /// <param name="file">Its path, for messages.</param>
    /// <exception cref="ModelFormatException">It is not such a file, or one that nobody could use.</exception>
    public static SentencePieceFile Parse(ReadOnlySpan<byte> data, string file)
    {
        var result = new SentencePieceFile(file);
        var reader = new ProtobufReader(data, file);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: result.ReadPiece(reader.Message()); break;
                case 2: result.ReadTrainer(reader.Message()); break;
                case 3: result.ReadNormalizer(reader.Message()); break;
                case 5: result.RefuseDenormalizer(reader.Message()); break;
            }
        }

        result.Finish();
        return result;
    }

    private void ReadPiece(ProtobufReader reader)
    {
        string text = "";
        float score = 0;
        int type = (int)PieceType.Normal;
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: text = ReadString(ref reader, $"piece {_texts.Count}"); break;
                case 2: score = reader.Single(); break;
                case 3: type = reader.Int32(); break;
            }
        }

        if (!Enum.IsDefined((PieceType)type)) throw Error($"piece {_texts.Count}", $"has type {type}, expected 1 to 6");
        _texts.Add(text);
        _scores.Add(score);
        _types.Add((PieceType)type);
    }

    private void ReadTrainer(ProtobufReader reader)
    {
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3: _model = reader.Int32(); break;
                case 24: Options = Options with { WhitespaceAsSuffix = reader.Boolean() }; break;
                case 35: Options = Options with { ByteFallback = reader.Boolean() }; break;
                case 40: _unknownId = reader.Int32(); break;
                case 41: _bosId = reader.Int32(); break;
                case 42: _eosId = reader.Int32(); break;
                case 43: _padId = reader.Int32(); break;
                case 44: Options = Options with { UnknownSurface = ReadString(ref reader, "unk_surface") }; break;
            }
        }
    }

    private void ReadNormalizer(ProtobufReader reader)
    {
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    ReadOnlySpan<byte> map = reader.Span();
                    Options = Options with { Map = map.IsEmpty ? null : PrecompiledMap.Parse(map, _file, "precompiled_charsmap") };
                    break;
                case 3: Options = Options with { DummyPrefix = reader.Boolean() }; break;
                case 4: Options = Options with { RemoveExtraWhitespace = reader.Boolean() }; break;
                case 5: Options = Options with { EscapeWhitespace = reader.Boolean() }; break;
            }
        }
    }

    private void RefuseDenormalizer(ProtobufReader reader)
    {
        while (reader.Next())
        {
            if (reader.Field == 2 && !reader.Span().IsEmpty) throw Error("denormalizer_spec", "replacements after decoding are not supported");
        }
    }

    private void Finish()
    {
        if (_texts.Count == 0) throw Error("pieces", "there are none: not a SentencePiece model");
        if (_model is not (UnigramModel or BpeModel)) throw Error("model_type", $"{_model} is not supported, expected 1 (Unigram) or 2 (BPE)");
        Vocabulary = new PieceVocabulary(_texts.ToArray(), _scores.ToArray(), _types.ToArray(), _file);
        if (Vocabulary.UnknownId is null) throw Error("pieces", "none is of type 2 (unknown)");
        if (Options.ByteFallback && Vocabulary.ByteIds is null) throw Error("pieces", "byte_fallback needs a piece for each of the 256 bytes");
        Roles = new SpecialTokenIds
        {
            Bos = Check("bos_id", _bosId),
            Eos = Check("eos_id", _eosId),
            Unknown = Check("unk_id", _unknownId) ?? Vocabulary.UnknownId,
            Pad = Check("pad_id", _padId),
        };
        Options = Options with { Unigram = _model == UnigramModel, Bos = Roles.Bos, Eos = Roles.Eos };
    }

    private int? Check(string name, int id) => id < 0 ? null
        : Vocabulary.Contains(id) ? id
        : throw Error(name, $"{id} is not among the {Vocabulary.Count} pieces");

    private string ReadString(ref ProtobufReader reader, string subject)
    {
        try
        {
            return Strict.GetString(reader.Span());
        }
        catch (DecoderFallbackException e)
        {
            throw new ModelFormatException(_file, subject, null, "is not UTF-8", e);
        }
    }

    private ModelFormatException Error(string subject, string problem) => new(_file, subject, null, problem);
}
