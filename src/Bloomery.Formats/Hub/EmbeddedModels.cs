namespace Bloomery.Formats.Hub;

/// <summary>The models that come with the program: beside it in <c>models/</c>, or in the <c>models/</c> of the checkout that it was built in.</summary>
public static class EmbeddedModels
{
    /// <summary>The file of the default text model.</summary>
    public const string TextFile = "SmolLM2-135M-Instruct.Q4_1.gguf";

    /// <summary>The file of the default embedding model.</summary>
    public const string EmbeddingFile = "all-MiniLM-L6-v2.Q8_0.gguf";

    /// <summary>The path of an embedded model's file.</summary>
    /// <exception cref="FileNotFoundException">This copy of the program came without its models; the message says what to do.</exception>
    public static string Find(string file)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "models", file);
            if (File.Exists(path)) return path;
        }
        string stored = Path.Combine(LocalStore.Default.Folder, file);
        if (File.Exists(stored)) return stored;
        throw new FileNotFoundException($"the default model {file} is not in 'models' beside {AppContext.BaseDirectory}; name a model, or put the file in {LocalStore.Default.Folder}");
    }
}
