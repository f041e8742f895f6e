using System.Text;
using System.Text.Json;
using Bloomery.Engine.Chat;
using Bloomery.Engine.Generation;
using Bloomery.Formats;

namespace Bloomery;

/// <summary>
/// A conversation with a model: it remembers what was said, runs only what is new, and makes room when the context is full.
/// One message at a time; several conversations with one model take turns.
/// </summary>
/// <example><code>
/// using ChatSession chat = new(model, "You answer in one sentence.");
/// await foreach (TextPiece piece in chat.SendAsync("Why is the sky blue?")) Console.Write(piece.Text);
/// </code></example>
public sealed class ChatSession : IDisposable
{
    private readonly IChatModel _model;
    private readonly ChatHistory _history = new();
    private readonly Lock _answering = new();
    private readonly CancellationTokenSource _disposal = new();
    private GenerationOptions _options = new();
    private int _busy;

    /// <summary>Begins a conversation.</summary>
    /// <param name="model">The model; it must outlive the conversation.</param>
    /// <param name="system">The system prompt, or null.</param>
    /// <param name="options">How answers are generated; null: the model's defaults.</param>
    /// <exception cref="InvalidOperationException">The model has no chat template, or generates no text.</exception>
    /// <exception cref="ArgumentException">There are two system prompts, or the options ask for a raw prompt or a prompt cache.</exception>
    public ChatSession(Model model, string? system = null, GenerationOptions? options = null) : this(Checked(model, options), system, options)
    {
    }

    internal ChatSession(IChatModel model, string? system = null, GenerationOptions? options = null)
    {
        _model = model;
        if (system is not null && options?.System is not null)
            throw new ArgumentException("a system prompt is given, and one in the options' System: give one of them", nameof(options));
        System = system;
        if (options is not null) Options = options;
    }

    /// <summary>The system prompt, or null. A change holds from the next message on.</summary>
    public string? System { get => _history.System; set => _history.System = value; }

    /// <summary>How answers are generated, from the next message on. A system prompt in them becomes <see cref="System"/>.</summary>
    /// <exception cref="ArgumentException">They ask for a raw prompt, or for a prompt cache.</exception>
    public GenerationOptions Options
    {
        get => _options;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Raw) throw new ArgumentException("Raw is for prompts: messages are put together by the model's chat template", nameof(value));
            if (value.PromptCache is not null) throw new ArgumentException("PromptCache is for prompts: a conversation keeps its tokens itself", nameof(value));
            if (value.System is { } system) System = system;
            _options = value with { System = null };
        }
    }

    /// <summary>All messages in order, the system prompt first.</summary>
    public IReadOnlyList<ChatMessage> Messages => _history.Messages;

    /// <summary>Whether what there is of an answer that was cancelled stays in the conversation; otherwise it goes, and the message with it.</summary>
    public bool KeepPartialAnswers { get; set; } = true;

    /// <summary>Told which messages are dropped because the context is full, before the answer begins, on the thread that computes it.</summary>
    public Action<IReadOnlyList<ChatMessage>>? OnDropped { get; set; }

    /// <summary>
    /// Sends a message; the answer comes piece by piece, and the last piece says why it ended. Ending the enumeration early cancels the answer.
    /// A message that is sent while another is being answered waits for that answer.
    /// </summary>
    /// <param name="message">What the user says.</param>
    /// <param name="cancellation">Ends the answer; <see cref="KeepPartialAnswers"/> says what becomes of it.</param>
    /// <exception cref="ArgumentException">The message is too long for the context; it is not in the conversation.</exception>
    public IAsyncEnumerable<TextPiece> SendAsync(string message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return TextStream.Run(_model.Jobs, (onPiece, token) => Answer(message, onPiece, token), cancellation);
    }

    /// <summary>Sends a message and gives the whole answer, computed beside the caller's thread.</summary>
    /// <inheritdoc cref="SendAsync"/>
    public Task<GenerationResult> AskAsync(string message, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return _model.Jobs.Run(() => Answer(message, null, cancellation), cancellation);
    }

    /// <summary>Sends a message and gives the whole answer, computed on the caller's thread.</summary>
    /// <inheritdoc cref="SendAsync"/>
    /// <exception cref="InvalidOperationException">Another message is being answered, and this call has no queue to wait in.</exception>
    public GenerationResult Ask(string message, CancellationToken cancellation = default) => Answer(message, null, cancellation);

    /// <summary>
    /// Adds a message that nobody answers: examples, or what was said elsewhere.
    /// A system message that begins the conversation becomes <see cref="System"/>.
    /// </summary>
    public void Add(ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Role is null || message.Content is null) throw new ArgumentException("a message needs a role and a content", nameof(message));
        Alone(() => _history.Add(message));
    }

    /// <summary>Forgets everything but the system prompt.</summary>
    public void Reset() => Alone(_history.Reset);

    /// <summary>The conversation as <c>{"messages": [{"role", "content"}, ..]}</c>.</summary>
    public string ToJson() => _history.ToJson();

    /// <summary>Goes on with a conversation that <see cref="ToJson"/> wrote, or with a list of messages as chat APIs take it.</summary>
    /// <exception cref="FormatException">The text holds no conversation; nothing is changed.</exception>
    public void Restore(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        RestoreFrom(Encoding.UTF8.GetBytes(json), "the conversation");
    }

    /// <summary>Writes the conversation to a file, whole or not at all.</summary>
    public void Save(string path) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(ToJson() + "\n")));

    /// <summary>Goes on with a conversation that <see cref="Save"/> wrote.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">The path is a directory, or the file cannot be read.</exception>
    /// <exception cref="FormatException">The file holds no conversation; nothing is changed.</exception>
    public void Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path)) throw new IOException($"{path}: is a directory; name the file that holds the conversation");
        if (!File.Exists(path)) throw new FileNotFoundException($"{path}: there is no such file", path);
        byte[] bytes;
        try
        {
            bytes = JsonFile.ReadBytes(path);
        }
        catch (ModelFormatException e)
        {
            throw new FormatException(e.Message, e);
        }
        RestoreFrom(bytes, path);
    }

    /// <summary>Cancels an answer under way and frees what the conversation holds of the model.</summary>
    public void Dispose()
    {
        _disposal.Cancel();
        lock (_answering) _model.Dispose();
    }

    /// <summary>The parameter that is wrong where a message is too long.</summary>
    internal const string MessageParameter = "message";

    /// <summary>Tokens that prompt and answer together may take.</summary>
    internal int ContextLength => _model.ContextLength;

    /// <summary>Messages without the system prompt.</summary>
    internal int Count => _history.Count;

    internal void Write(Utf8JsonWriter json) => _history.Write(json);

    /// <summary>Sends a message and tells of the answer's pieces as they come.</summary>
    internal GenerationResult Answer(string message, Action<TextPiece>? onPiece, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(message);
        GenerationResult? result = null;
        Alone(() =>
        {
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _disposal.Token);
            try
            {
                result = AnswerAlone(message, onPiece, stop.Token);
            }
            catch (OperationCanceledException)
            {
                ObjectDisposedException.ThrowIf(_disposal.IsCancellationRequested, this);
                throw new OperationCanceledException(cancellation);
            }
        });
        return result!;
    }

    private GenerationResult AnswerAlone(string message, Action<TextPiece>? onPiece, CancellationToken cancellation)
    {
        StringBuilder text = new();
        _history.Add(new ChatMessage("user", message));
        try
        {
            if (!_history.Fit(_model, _options, out IReadOnlyList<ChatMessage> dropped, cancellation))
                throw new ArgumentException($"this message is too long for the context of {_model.ContextLength} tokens", MessageParameter);
            if (dropped.Count > 0) OnDropped?.Invoke(dropped);
            GenerationResult result = _model.Answer(_history.Messages, _options, piece =>
            {
                text.Append(piece.Text);
                onPiece?.Invoke(piece);
            }, cancellation);
            _history.Add(new ChatMessage("assistant", result.Text));
            return result;
        }
        catch (Exception e)
        {
            if (e is OperationCanceledException && KeepPartialAnswers && text.Length > 0) _history.Add(new ChatMessage("assistant", text.ToString()));
            else _history.RemoveLast();
            throw;
        }
    }

    private void RestoreFrom(byte[] json, string name) => Alone(() => _history.Restore(json, name));

    /// <summary>Changes the conversation while nobody else does.</summary>
    private void Alone(Action change)
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("a message of this conversation is being answered: await the answer's end, or cancel it, first");
        try
        {
            lock (_answering)
            {
                ObjectDisposedException.ThrowIf(_disposal.IsCancellationRequested, this);
                change();
            }
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private static EngineChatModel Checked(Model model, GenerationOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!model.IsGenerative) throw new InvalidOperationException($"{Path.GetFileName(model.Path)} is an encoder: it embeds text and answers none");
        if (model.FindChatTemplate(options?.TemplateName) is null)
            throw new InvalidOperationException($"{Path.GetFileName(model.Path)} has no chat template, so there is no way to put messages together");
        return new EngineChatModel(model);
    }
}
