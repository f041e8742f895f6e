using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Bloomery.Engine.Inference;

namespace Bloomery.Engine.Generation;

/// <summary>A text as it comes, made on a thread of its own.</summary>
internal static class TextStream
{
    /// <summary>
    /// What <paramref name="produce"/> makes on <paramref name="jobs"/>. Where the enumeration ends early, so does the text, and what it leaves
    /// behind is settled before the enumeration ends.
    /// </summary>
    /// <param name="jobs">The thread.</param>
    /// <param name="produce">Makes the text; told where its pieces go, and when to give up.</param>
    /// <param name="cancellation">Ends the text.</param>
    public static async IAsyncEnumerable<TextPiece> Run(
        JobThread jobs, Action<Action<TextPiece>, CancellationToken> produce, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using CancellationTokenSource abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // A text is small: its reader may be slow, or call the model in turn, without keeping others from it.
        Channel<TextPiece> pieces = Channel.CreateUnbounded<TextPiece>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        CancellationToken token = abandoned.Token;
        Task work = jobs.Run(() => Write(produce, pieces.Writer, token), token);
        try
        {
            await foreach (TextPiece piece in pieces.Reader.ReadAllAsync(cancellation).ConfigureAwait(false)) yield return piece;
        }
        finally
        {
            await abandoned.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>The texts of the pieces alone.</summary>
    public static async IAsyncEnumerable<string> Texts(IAsyncEnumerable<TextPiece> pieces, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (TextPiece piece in pieces.WithCancellation(cancellation).ConfigureAwait(false))
            if (piece.Text.Length > 0) yield return piece.Text;
    }

    private static bool Write(Action<Action<TextPiece>, CancellationToken> produce, ChannelWriter<TextPiece> writer, CancellationToken cancellation)
    {
        try
        {
            produce(piece => writer.TryWrite(piece), cancellation);
            return writer.TryComplete();
        }
        catch (Exception e)
        {
            return writer.TryComplete(e is OperationCanceledException ? null : e);
        }
    }
}
