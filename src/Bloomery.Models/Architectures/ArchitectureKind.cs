namespace Bloomery.Models.Architectures;

/// <summary>How a model takes its input.</summary>
internal enum ArchitectureKind
{
    /// <summary>Token after token, with a cache.</summary>
    Decoder,

    /// <summary>A whole sequence at once.</summary>
    Encoder,

    /// <summary>An encoder's states, to which a decoder attends.</summary>
    EncoderDecoder,
}
