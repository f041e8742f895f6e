namespace Bloomery.Engine.Sampling;

/// <summary>What a <see cref="LogitStep"/> may look at: the sequence so far, this step's random numbers, and working memory.</summary>
internal readonly ref struct SampleContext
{
    /// <summary>Describes one position of one sequence.</summary>
    /// <param name="history">Prompt and output so far, in order.</param>
    /// <param name="promptLength">How many of <paramref name="history"/> are the prompt.</param>
    /// <param name="uniforms">The random numbers of this step.</param>
    /// <param name="scratch">Working memory for at least the vocabulary; one per thread that samples.</param>
    /// <param name="encoderIds">The encoder's input, for encoder-decoders.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="promptLength"/> is negative or beyond the history.</exception>
    public SampleContext(ReadOnlySpan<int> history, int promptLength, SampleUniforms uniforms, SampleScratch scratch, ReadOnlySpan<int> encoderIds = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(promptLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(promptLength, history.Length);
        ArgumentNullException.ThrowIfNull(scratch);
        History = history;
        PromptLength = promptLength;
        Uniforms = uniforms;
        Scratch = scratch;
        EncoderIds = encoderIds;
    }

    /// <summary>Prompt and output so far.</summary>
    public ReadOnlySpan<int> History { get; }

    /// <summary>Number of prompt tokens at the head of <see cref="History"/>.</summary>
    public int PromptLength { get; }

    /// <summary>The prompt.</summary>
    public ReadOnlySpan<int> Prompt => History[..PromptLength];

    /// <summary>The output so far.</summary>
    public ReadOnlySpan<int> Generated => History[PromptLength..];

    /// <summary>Tokens generated so far: 0 when the first is being chosen.</summary>
    public int Step => History.Length - PromptLength;

    /// <summary>The encoder's input; empty for decoders.</summary>
    public ReadOnlySpan<int> EncoderIds { get; }

    /// <summary>This step's random numbers.</summary>
    public SampleUniforms Uniforms { get; }

    /// <summary>Working memory, free to overwrite.</summary>
    public SampleScratch Scratch { get; }
}
