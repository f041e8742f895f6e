using System.Diagnostics;
using Bloomery.Engine;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Inference;
using Bloomery.Formats;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Tests.Engine;

/// <summary>A text is the same with a prompt cache and without, and a file that does not fit is never used.</summary>
public sealed class PromptCacheTests : IDisposable
{
    private static readonly GenerationOptions Greedy = new() { Temperature = 0, IgnoreEos = true, MaxTokens = 12 };
    private readonly string _directory = Directory.CreateTempSubdirectory("bloomery-cache-").FullName;

    private string File => Path.Combine(_directory, "prompt.kv");

    [SkippableTheory]
    [InlineData("llama", "f32")]
    [InlineData("llama", "f16")]
    [InlineData("llama", "q8_0")]
    [InlineData("deepseek_v2", "f32")] // keys and values of different width
    [InlineData("gemma3", "bf16")] // sliding windows
    [InlineData("bloom", "f16")]
    public void A_text_is_the_same_with_it(string name, string type)
    {
        SmallModels.NeedGolden(name);
        KvType kv = Enum.Parse<KvType>(type, ignoreCase: true);
        using Model model = Model.Load(SmallModels.Golden(name), new ModelOptions { Threads = 1, KeyType = kv, ValueType = kv });
        (int[] prompt, _) = SmallModels.Greedy(name);
        GenerationResult plain = model.Generate(prompt, Greedy);
        AssertCached(0, plain.Ids, prompt);
        AssertCached(prompt.Length, plain.Ids, prompt);

        int[] longer = [.. prompt, 5, 6, 7], other = [.. prompt[..4], 9, 9];
        AssertCached(prompt.Length, model.Generate(longer, Greedy).Ids, longer);
        AssertCached(4, model.Generate(other, Greedy).Ids, other);

        void AssertCached(int reused, int[] ids, int[] text)
        {
            (int Reused, int[] Ids) actual = Cached(model, text);
            Assert.Equal(reused, actual.Reused);
            Assert.Equal(ids, actual.Ids);
        }
    }

    [SkippableFact]
    public async Task The_door_keeps_prompts_too()
    {
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama");
        (int[] prompt, _) = SmallModels.Greedy("llama");
        int[] ids = model.Generate(prompt, Greedy).Ids;
        GenerationOptions kept = Greedy with { PromptCache = File };
        GenerationResult first = model.Generate(prompt, kept), second = await model.CompleteAsync(prompt, kept);
        Assert.Equal(ids, first.Ids);
        Assert.Equal(ids, second.Ids);
        Assert.Equal((0, prompt.Length - 1), (first.Usage.CachedTokens, second.Usage.CachedTokens));
        Assert.Equal(4, model.Generate([.. prompt[..4], 9, 9], kept).Usage.CachedTokens);
        Assert.Empty(first.Warnings);

        Assert.Throws<DirectoryNotFoundException>(() => model.Begin(prompt, Greedy with { PromptCache = Path.Combine(_directory, "no", "x.kv") }));
        Assert.Throws<IOException>(() => model.Begin(prompt, Greedy with { PromptCache = _directory }));
        Assert.Throws<ArgumentException>(() => model.Begin(prompt, kept with { SoftPrompt = new float[model.HiddenSize] }));
        System.IO.File.WriteAllText(File, "something else");
        Assert.Throws<ModelFormatException>(() => model.Generate(prompt, kept));
        Assert.Equal("something else", System.IO.File.ReadAllText(File));
        Assert.Equal(ids, model.Generate(prompt, Greedy).Ids);
    }

    [SkippableFact]
    public void Keys_of_a_longer_texts_frequencies_are_not_taken()
    {
        SmallModels.NeedGolden("phi3-longrope");
        using Model model = SmallModels.LoadGolden("phi3-longrope");
        int original = model.Runtime.Architecture.Config.IntOr(0, "original_max_position_embeddings");
        int[] beyond = [.. Enumerable.Range(0, original + 3).Select(i => i * 7 % 200 + 3)], within = [.. beyond[..(original / 2)], 9];
        Cached(model, beyond);
        using Sequence sequence = new(model.Runtime), fresh = new(model.Runtime);
        Assert.Equal(within.Length - 1, new PromptCache(model.Runtime, File).Restore(sequence, within));
        Assert.Equal(fresh.Append(within).ToArray(), sequence.Append(within.AsSpan(^1..)).ToArray());
    }

    [SkippableFact]
    public void Another_builds_file_is_made_anew()
    {
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama");
        (int[] prompt, _) = SmallModels.Greedy("llama");
        Cached(model, prompt);
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        int at = bytes.AsSpan().IndexOf("\"build\":\""u8) + "\"build\":\"".Length;
        bytes[at] = (byte)(bytes[at] == '0' ? '1' : '0');
        System.IO.File.WriteAllBytes(File, bytes);
        using Sequence sequence = new(model.Runtime);
        PromptCache cache = new(model.Runtime, File);
        Assert.Equal(0, cache.Restore(sequence, prompt));
        Assert.Equal("it was made with another build", cache.Unused);
        Assert.Equal(0, Cached(model, prompt).Reused);
        Assert.Equal(prompt.Length, Cached(model, prompt).Reused);
    }

    [SkippableFact]
    public void What_could_change_a_value_makes_it_anew()
    {
        SmallModels.NeedGolden("llama");
        SmallModels.NeedGolden("mistral");
        (int[] prompt, _) = SmallModels.Greedy("llama");
        ModelOptions first = new() { Threads = 1, Kernels = "portable" };
        Save("llama", first);
        Assert.Null(Unused("llama", first with { Threads = 2 }));
        Assert.Equal("it was made with another kv type", Unused("llama", first with { KeyType = KvType.Q8_0 }));
        Assert.Equal("it was made with another exact", Unused("llama", first with { Exact = true, KeyType = KvType.F16 }));
        Assert.Equal("it was made with another context", Unused("llama", first with { ContextLength = 20 }));
        Assert.Equal("it was made with another kernels", Unused("llama", first with { Kernels = "reference", KeyType = KvType.F16 }));
        Assert.Equal("it was made with another model", Unused("mistral", first));

        void Save(string name, ModelOptions options)
        {
            using Model model = Model.Load(SmallModels.Golden(name), options);
            Cached(model, prompt);
        }

        string? Unused(string name, ModelOptions options)
        {
            using Model model = Model.Load(SmallModels.Golden(name), options);
            using Sequence sequence = new(model.Runtime);
            PromptCache cache = new(model.Runtime, File);
            Assert.Equal(cache.Unused is null && options.Threads == 2 ? prompt.Length : 0, cache.Restore(sequence, prompt));
            return cache.Unused;
        }
    }

    [SkippableFact]
    public void A_damaged_file_is_refused_wherever_the_damage_is()
    {
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama");
        (int[] prompt, _) = SmallModels.Greedy("llama");
        Cached(model, prompt);
        byte[] whole = System.IO.File.ReadAllBytes(File);
        Random random = new(7);
        for (int i = 0; i < 300; i++)
        {
            byte[] damaged = [.. whole];
            if (i % 3 == 0) damaged = damaged[..random.Next(damaged.Length)];
            else damaged[i % 3 == 1 ? random.Next(2000) : random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            System.IO.File.WriteAllBytes(File, damaged);
            using Sequence sequence = new(model.Runtime);
            PromptCache cache = new(model.Runtime, File);
            try
            {
                cache.Restore(sequence, prompt);
                // What is left: damage to the key, by which the file is another model's, or to a place that means nothing (a space of the header).
                if (cache.Unused is null) Assert.Equal(model.Generate(prompt, Greedy).Ids, Run(model, prompt, sequence));
            }
            catch (ModelFormatException e)
            {
                Assert.StartsWith(File, e.Message, StringComparison.Ordinal);
                Assert.Equal(0, sequence.Count);
            }
        }
    }

    [SkippableFact]
    public void Another_file_is_not_written_over()
    {
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama");
        System.IO.File.WriteAllText(File, "somebody's notes");
        using Sequence sequence = new(model.Runtime);
        ModelFormatException e = Assert.Throws<ModelFormatException>(() => new PromptCache(model.Runtime, File).Restore(sequence, [1, 2, 3]));
        Assert.Contains("no prompt cache", e.Message, StringComparison.Ordinal);
        Assert.Equal("somebody's notes", System.IO.File.ReadAllText(File));
    }

    /// <summary>As `mktemp` leaves it: there is nothing in it that could be lost.</summary>
    [SkippableFact]
    public void An_empty_file_is_a_new_one()
    {
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama");
        (int[] prompt, _) = SmallModels.Greedy("llama");
        System.IO.File.WriteAllBytes(File, []);
        Assert.Equal(0, Cached(model, prompt).Reused);
        Assert.Equal(prompt.Length, Cached(model, prompt).Reused);
    }

    /// <summary>To open a pipe waits for its other end, for ever.</summary>
    [SkippableFact]
    public void Pipes_and_devices_are_refused()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "this system does not say what is a pipe");
        SmallModels.NeedGolden("llama");
        using Model model = SmallModels.LoadGolden("llama");
        using (Process made = Process.Start("mkfifo", File)) made.WaitForExit();
        string link = Path.Combine(_directory, "link.kv");
        System.IO.File.CreateSymbolicLink(link, File);
        foreach (string path in (string[])[File, link, "/dev/null", "/dev/zero"])
        {
            NotSupportedException e = Assert.Throws<NotSupportedException>(() => new PromptCache(model.Runtime, path));
            Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void Encoder_decoders_take_none()
    {
        SmallModels.NeedGolden("t5");
        using Model model = SmallModels.LoadGolden("t5");
        Assert.Throws<NotSupportedException>(() => new PromptCache(model.Runtime, File));
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private (int Reused, int[] Ids) Cached(Model model, int[] prompt)
    {
        using Sequence sequence = new(model.Runtime);
        PromptCache cache = new(model.Runtime, File);
        int reused = cache.Restore(sequence, prompt);
        int[] ids = Run(model, prompt, sequence, () => cache.Save(sequence));
        return (reused, ids);
    }

    private static int[] Run(Model model, int[] prompt, Sequence sequence, Action? afterPrompt = null)
    {
        using TextGeneration generation = model.Begin(prompt, Greedy, () => sequence);
        while (generation.MoveNext(out _))
        {
            afterPrompt?.Invoke();
            afterPrompt = null;
        }
        return [.. generation.Ids];
    }
}
